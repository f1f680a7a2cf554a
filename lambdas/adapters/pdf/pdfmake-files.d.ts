export type {} from 'pdfmake';

declare module 'pdfmake' {
  /** Where pdfmake looks for a file before it asks the file system. */
  export let virtualfs: {
    existsSync(name: string): boolean;
    readFileSync(name: string): Buffer;
  };
}
