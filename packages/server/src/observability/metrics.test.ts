import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from './metrics.ts';

test('metrics count requests, flows, passcodes and messages', async () => {
  const metrics = createMetrics();
  metrics.requestServed('createDevice', 201, 0.003);
  metrics.requestServed('createDevice', 404, 0.001);
  metrics.flowStarted('TOTP');
  metrics.flowCompleted('TOTP');
  metrics.flowFailed('SMS', 'OTP_LIMIT_REACHED');
  metrics.otpChecked('VALID');
  metrics.messageHandled('EMAIL', 'SENT');
  metrics.setOutboxBacklog(7);
  metrics.eventsHandled('DELIVERED', 3);
  metrics.setEventBacklog(2);
  const text = await metrics.text();
  for (const line of [
    'countersign_http_requests_total{operation="createDevice",status="2xx"} 1',
    'countersign_http_requests_total{operation="createDevice",status="4xx"} 1',
    'countersign_http_request_duration_seconds_count{operation="createDevice"} 2',
    'countersign_flows_started_total{type="TOTP"} 1',
    'countersign_flows_completed_total{type="TOTP"} 1',
    'countersign_flows_failed_total{type="SMS",reason="OTP_LIMIT_REACHED"} 1',
    'countersign_otp_checks_total{verdict="VALID"} 1',
    'countersign_messages_total{channel="EMAIL",outcome="SENT"} 1',
    'countersign_outbox_backlog 7',
    'countersign_webhook_events_total{outcome="DELIVERED"} 3',
    'countersign_webhook_backlog 2',
  ]) {
    assert.ok(text.includes(line), line);
  }
  assert.ok(!text.includes('process_cpu'), 'the process is not measured unless asked for');
});

test('two servers in one process have metrics of their own, and of the process when asked', async () => {
  const [one, other] = [createMetrics({ process: true }), createMetrics({ process: true })];
  one.flowStarted('TOTP');
  assert.match(await one.text(), /flows_started_total\{type="TOTP"\} 1/);
  assert.doesNotMatch(await other.text(), /flows_started_total\{/);
  assert.match(await other.text(), /process_cpu_seconds_total/);
});
