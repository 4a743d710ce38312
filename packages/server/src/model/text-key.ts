/** One text can have several forms of bytes and cases: these are the ones by which texts are compared. */

/** The same characters in the same bytes: Unicode's composed form (NFC), for what regards case. Pure. */
export const composed = (text: string): string => text.normalize('NFC');

/** The same without regard to case, as SCIM compares most texts (RFC 7643 §2.2). Pure. */
export const textKey = (text: string): string => composed(text.toLowerCase());
