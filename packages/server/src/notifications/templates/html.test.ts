// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of contents.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { textOfHtml } from './html.ts';

describe('the text of an e-mail that an administrator has written in HTML', () => {
  const CASES: readonly [string, string][] = [
    [
      '<p>Hello ${user.username},</p>\n\t<p>your code: <b>${otp}</b></p>',
      'Hello ${user.username},\n\nyour code: ${otp}',
    ],
    ['a<br>b<BR/>c', 'a\nb\nc'],
    ['<ul><li>one</li><li>two</li></ul>', 'one\n\ntwo'],
    ['<style>p { color: red }</style><title>x</title>seen<!-- unseen -->', 'seen'],
    ['<script>alert(1)', ''],
    ['5 &lt; 6 &amp;&amp; &quot;x&quot;&nbsp;&#8364;&#x20AC;&unknown;', '5 < 6 && "x" €€&unknown;'],
    ['<a class="b" href="https://shop.example/">our shop</a>', 'our shop (https://shop.example/)'],
    ['<a href="https://shop.example/">https://shop.example/</a>', 'https://shop.example/'],
    ['plain  text\nwith a line', 'plain text with a line'],
    ['<img src="${companyLogo}">seen', 'seen'],
    ['&#0;&#27;&#1114112;', ''],
  ];
  for (const [html, text] of CASES) {
    test(`${html} reads as ${JSON.stringify(text)}`, () => assert.equal(textOfHtml(html), text));
  }

  for (const piece of [
    '<',
    '<a ',
    '<a href="" ',
    '<br ',
    ' ',
    '<p> ',
    '<!--',
    '<style>',
    '&#',
    '\n',
  ]) {
    test(`is made in no time of however many ${JSON.stringify(piece)}`, () => {
      const began = process.cpuUsage().user;
      textOfHtml(piece.repeat(100_000 / piece.length));
      const milliseconds = (process.cpuUsage().user - began) / 1_000;
      assert.ok(milliseconds < 1_000, `${milliseconds} ms`);
    });
  }
});
