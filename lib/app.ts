import process from 'node:process';
import { createQueueApp } from './queue-app.ts';

createQueueApp(process.env).app.synth();
