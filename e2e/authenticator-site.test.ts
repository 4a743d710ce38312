/** The page that shows a user the QR code: what it says when something is wrong, and what is in view. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { complaints, isTooWide } from './accessibility.ts';
import { aPhoneTest } from './phone.ts';

const phone = await aPhoneTest();
const user = await phone.api.user();
const site = await phone.browser.context.newPage();
await site.setViewportSize({ width: 390, height: 844 });

describe('the page that pairs a phone', () => {
  const open = async (more: Record<string, string> = {}) => {
    const { environmentId } = phone.server;
    const hash = new URLSearchParams({ environmentId, userId: user.id, ...more });
    await site.goto('about:blank');
    await site.goto(`${phone.origin}/self-service/phone#${hash}`);
    await site.fill('[name=token]', phone.api.token);
  };
  const submit = () => site.getByRole('button', { name: 'Show a QR code' }).click();
  const wrongField = async () => {
    await site.locator('[aria-invalid=true]').waitFor();
    assert.equal(await site.locator('[aria-invalid=true]:focus').count(), 1);
    return site.locator('[aria-invalid=true]').getAttribute('name');
  };

  test('says in sentences what is wrong, at the field that is', async () => {
    await open();
    await site.fill('[name=token]', 'no-token');
    await submit();
    await site.getByText('This access token is not valid').waitFor();
    assert.equal(await wrongField(), 'token');
    assert.deepEqual(await complaints(site), []);
    await site.fill('[name=token]', '');
    await submit();
    assert.equal(await wrongField(), 'token');
    await open({ userId: phone.server.environmentId });
    await submit();
    await site.getByText('There is no such user').waitFor();
    assert.equal(await wrongField(), 'userId');
  });

  test('says that phones are not switched on in the policy', async () => {
    const { api } = phone;
    const [policy] = (await api.get('/deviceAuthenticationPolicies'))._embedded
      .deviceAuthenticationPolicies;
    await api.put(`/deviceAuthenticationPolicies/${policy.id}`, {
      ...policy,
      mobile: { ...policy.mobile, enabled: false },
    });
    await open();
    await submit();
    await site.getByText('Phones are not switched on in this policy').waitFor();
    assert.equal(await wrongField(), 'policyId');
    assert.ok(!(await site.locator('main').innerText()).includes('METHOD_DISABLED'));
    await phone.setPolicy();
  });

  test('has the QR code in view, and nothing of the form', async () => {
    await open();
    await submit();
    const code = site.getByRole('img', { name: 'QR code' });
    await code.waitFor();
    const box = await code.locator('svg').boundingBox();
    assert.ok(box && box.y >= 0 && box.y + box.height <= 844, JSON.stringify(box));
    assert.equal(await site.locator('#access').isVisible(), false);
    assert.deepEqual(await complaints(site), []);
    assert.equal(await isTooWide(site), false);
  });

  test('has the number in view, and tells how it ended as people do', async () => {
    await phone.setPolicy({ push: { enabled: true, numberMatching: { enabled: true } } });
    await open();
    await submit();
    await site.getByRole('img', { name: 'QR code' }).waitFor();
    const link = await site.locator('#link').getAttribute('href');
    const page = await phone.browser.context.newPage();
    await page.goto(String(link));
    await page.getByRole('button', { name: 'Add it' }).click();
    await site.getByText('The phone is paired.').waitFor();
    for (const [answer, words] of [
      ['Deny', 'Denied on the phone.'],
      ['This was not me', 'Denied on the phone, and reported'],
      ['WRONG', 'A wrong number was given on the phone'],
    ] as const) {
      await site.getByRole('button', { name: 'Ask the phone' }).click();
      const number = site.locator('#number');
      await number.waitFor();
      const box = await number.boundingBox();
      assert.ok(box && box.height >= 40 && box.y >= 0 && box.y + box.height <= 844);
      const buttons = page.getByRole('dialog').locator('.numbers button');
      await buttons.first().waitFor();
      const right = await number.innerText();
      const wrong = (await buttons.allInnerTexts()).find((text) => text !== right);
      const name = answer === 'WRONG' ? String(wrong) : answer;
      await page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
      await site.getByText(words).waitFor();
    }
    await page.close();
  });
});
