import { describe, expect, it } from 'vitest';
import { emailKeyOf, MIN_SECRET_BYTES } from '../../../../lambdas/regions/log/email.ts';
import { refusalOf, valueOf } from './lab.ts';

const SECRET = new Uint8Array(MIN_SECRET_BYTES).fill(7);
const keyOf = (address: string, secret = SECRET): string => valueOf(emailKeyOf(address, secret));

describe('emailKeyOf', () => {
  it('is the HMAC of the address and holds no part of it', () => {
    // printf 'ada@duck.example' | openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf '07%.0s' $(seq 32))
    expect(keyOf('ada@duck.example')).toBe(
      'email#998319f9f73c2b53c680f8e3c9f8d33f9c101cf47ed855db1a98856df54e7371',
    );
  });

  it('is the same for spellings that every mail provider treats alike', () => {
    expect(keyOf(' Ada@Duck.example ')).toBe(keyOf('ada@duck.example'));
    expect(keyOf('ame\u0301lie@duck.example')).toBe(keyOf('am\u00e9lie@duck.example'));
  });

  it('differs for other addresses and under other secrets', () => {
    const keys = [
      keyOf('ada@duck.example'),
      keyOf('ad.a@duck.example'),
      keyOf('ada+1@duck.example'),
      keyOf('ada@duck.example', new Uint8Array(MIN_SECRET_BYTES).fill(8)),
    ];

    expect(new Set(keys).size).toBe(4);
  });

  it.each(['', '@', 'ada', 'ada@', '@duck.example', 'a@b@c', 'a da@duck.example', `${'a'.repeat(320)}@b`])(
    'refuses %j',
    (address) => {
      expect(refusalOf(emailKeyOf(address, SECRET))).toBe('email at email');
    },
  );

  it('accepts an address of 320 characters, the most that a mail server takes', () => {
    const address = `${'a'.repeat(318)}@b`;

    expect(keyOf(address)).toMatch(/^email#[0-9a-f]{64}$/);
    expect(refusalOf(emailKeyOf(`a${address}`, SECRET))).toBe('email at email');
  });

  it('refuses a secret that can be guessed', () => {
    expect(refusalOf(emailKeyOf('ada@duck.example', SECRET.subarray(1)))).toBe('secret at secret');
  });
});
