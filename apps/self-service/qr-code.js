/** Draws a QR code as SVG: sharp at any size, and without styles that the page's policy refuses. */
import encodeQR from './qr.js';

const SVG = 'http://www.w3.org/2000/svg';

/** Dark on light in any colour scheme, with the four modules of rest around it (ISO/IEC 18004). */
export function qrCode(/** @type {string} */ text) {
  const rows = /** @type {boolean[][]} */ (encodeQR(text, 'raw', { border: 4 }));
  const dark = rows.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])),
  );
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${rows.length} ${rows.length}`);
  svg.setAttribute('shape-rendering', 'crispEdges');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', dark.join(''));
  svg.append(path);
  return svg;
}
