"""A sign-in in the terminal with Python's standard library only (3.9 and later).

. ./data/first-run.env; export COUNTERSIGN_URL ENVIRONMENT_ID CLIENT_ID CLIENT_SECRET
python3 docs/recipes/python/login.py kaisa
"""

import base64
import json
import os
import random
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

REQUEST_SECONDS = 10
TRIES_MAX = 3
# A token is renewed so long before its end.
RENEW_SECONDS = 60


class CountersignError(Exception):
    """An answer outside of 2xx. Log it; show the user words_for(error) only."""

    def __init__(self, status, body, retry_after=None):
        detail = (body.get("details") or [{}])[0]
        self.status = status
        # The most specific code: decide by it, never by the words.
        self.code = detail.get("code") or body.get("code") or body.get("error")
        self.inner = detail.get("innerError") or {}
        self.id = body.get("id")
        self.retry_after = retry_after
        super().__init__(f"{status} {body.get('code')} {self.code} {self.id}")


class Countersign:
    def __init__(self, url, environment_id, client_id, client_secret, name):
        self.api = f"{url}/v1/environments/{environment_id}"
        self.auth = f"{url}/{environment_id}"
        self.credentials = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self.name = name
        self.token, self.token_until = None, 0

    def _send(self, method, address, headers, data):
        request = urllib.request.Request(address, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as response:
                text = response.read()
                return json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            try:
                body = json.loads(error.read())
            except ValueError:
                body = {}
            retry_after = error.headers.get("Retry-After")
            seconds = int(retry_after) if (retry_after or "").isdigit() else None
            raise CountersignError(error.code, body, seconds) from error

    def _access_token(self):
        if self.token is None or time.monotonic() >= self.token_until:
            headers = {
                "Authorization": f"Basic {self.credentials}",
                "Content-Type": "application/x-www-form-urlencoded",
            }
            form = b"grant_type=client_credentials"
            answer = self._send("POST", f"{self.auth}/as/token", headers, form)
            self.token = answer["access_token"]
            self.token_until = time.monotonic() + answer["expires_in"] - RENEW_SECONDS
        return self.token

    def call(self, method, address, body=None, action=None):
        """Sends again what can't do harm twice: 401 once with a new token, 429 and 503, lost reads."""
        media_type = f"application/vnd.pingidentity.{action}+json" if action else "application/json"
        data = None if body is None else json.dumps(body).encode()
        for tries in range(1, TRIES_MAX + 1):
            wait = None
            try:
                headers = {"Authorization": f"Bearer {self._access_token()}"}
                if data is not None:
                    headers["Content-Type"] = media_type
                return self._send(method, address, headers, data)
            except CountersignError as error:
                if error.status == 401 and tries == 1:
                    self.token = None
                    continue
                if error.status not in (429, 503) or tries == TRIES_MAX:
                    raise
                wait = error.retry_after
            except OSError:
                # A lost connection: what was sent may have been done.
                if method != "GET" or tries == TRIES_MAX:
                    raise
            # Later each time, and not all clients at once.
            time.sleep(wait if wait is not None else 2**tries * 0.25 * random.uniform(0.5, 1.5))

    def find_user(self, username):
        escaped = username.replace("\\", "\\\\").replace('"', '\\"')
        query = urllib.parse.urlencode({"filter": f'username eq "{escaped}"'})
        users = self.call("GET", f"{self.api}/users?{query}")["_embedded"]["users"]
        return users[0] if users else None

    def start(self, user_id):
        """Begins a sign-in. It may send a message: one for a click, not for each load of a page."""
        # The phone shows the context: who asks, and for what.
        context = {"clientContext": {"Application": self.name}}
        body = {"user": {"id": user_id}, "notification": context}
        return self.call("POST", f"{self.auth}/deviceAuthentications", body)

    def _flow(self, flow_id):
        return f"{self.auth}/deviceAuthentications/{flow_id}"

    def read(self, flow_id):
        return self.call("GET", self._flow(flow_id))

    def select(self, flow_id, device_id):
        body = {"device": {"id": device_id}}
        return self.call("POST", self._flow(flow_id), body, "device.select")

    def check_code(self, flow_id, otp):
        """A code counts once. If the answer was lost, the flow itself says how it went."""
        try:
            return self.call("POST", self._flow(flow_id), {"otp": otp}, "otp.check")
        except OSError:
            flow = self.read(flow_id)
            if flow["status"] == "COMPLETED":
                return flow
            raise

    def wait_for_phone(self, flow):
        """Every two seconds; after a minute every five."""
        since = time.monotonic()
        while flow["status"] == "PUSH_CONFIRMATION_REQUIRED":
            time.sleep(2 if time.monotonic() - since < 60 else 5)
            flow = self.read(flow["id"])
        return flow


def words_for(error):
    """What the user may read; None: log it, and apologize."""
    code = getattr(error, "code", None)
    if code == "INVALID_OTP":
        if error.inner.get("attemptsRemaining") == 0:
            return "Too many wrong codes: start again."
        return f"That code is not right. Tries left: {error.inner.get('attemptsRemaining')}."
    if code == "OTP_EXPIRED":
        return "That code is too old. Ask for a new one."
    if code == "DEVICE_LOCKED":
        return "Too many wrong codes: this device is locked for a while. Use another one, or wait."
    if code == "INVALID_STATE":
        return "This sign-in is over. Start again."
    return None


def words_for_flow(flow):
    return {
        "NO_USABLE_DEVICES": "None of your devices can be used now. Add one, or wait.",
        "PUSH_DENIED": "The request was denied on the phone. If that was not you, tell us.",
        "PUSH_TIMED_OUT": "Nobody answered on the phone in time. Start again.",
    }.get(flow.get("error", {}).get("code"), "This sign-in did not succeed. Start again.")


def ask(question):
    print(question, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError("Nothing was typed.")
    return line.strip()


def by_code(client, flow):
    while True:
        try:
            return client.check_code(flow["id"], ask("Code?"))
        except CountersignError as error:
            if error.code != "INVALID_OTP" or error.inner.get("attemptsRemaining") == 0:
                raise
            print(words_for(error), flush=True)


def login(client, username):
    user = client.find_user(username)
    if user is None:
        return "There is no such user."
    flow = client.start(user["id"])
    if flow["status"] == "DEVICE_SELECTION_REQUIRED":
        devices = flow["_embedded"]["devices"]
        for at, device in enumerate(devices):
            print(f"{at}: {device.get('email') or device.get('phone') or device['type']}")
        flow = client.select(flow["id"], devices[int(ask("Which device?"))]["id"])
    if flow["status"] == "PUSH_CONFIRMATION_REQUIRED":
        number = flow.get("numberMatching", {}).get("value")
        print("Look at your phone." if number is None else f"On your phone, choose {number}.", flush=True)
        flow = client.wait_for_phone(flow)
    if flow["status"] == "OTP_REQUIRED":
        flow = by_code(client, flow)
    return None if flow["status"] == "COMPLETED" else words_for_flow(flow)


def main():
    names = ("COUNTERSIGN_URL", "ENVIRONMENT_ID", "CLIENT_ID", "CLIENT_SECRET")
    client = Countersign(*(os.environ[name] for name in names), name="Shop (Python)")
    try:
        trouble = login(client, sys.argv[1])
    except (CountersignError, OSError) as error:
        trouble = words_for(error)
        if trouble is None:
            print(error, file=sys.stderr)
            trouble = "Signing in does not work now. Try again soon."
    print(trouble or "You are in.")
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
