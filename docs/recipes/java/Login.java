import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A sign-in in the terminal with Java's standard library only (17 and later). It reads JSON by
 * patterns, since the library has no parser: in an application, use the one that you have.
 *
 * <pre>
 * . ./data/first-run.env; export COUNTERSIGN_URL ENVIRONMENT_ID CLIENT_ID CLIENT_SECRET
 * java docs/recipes/java/Login.java kaisa
 * </pre>
 */
public class Login {
  static final Duration REQUEST = Duration.ofSeconds(10);
  static final int TRIES_MAX = 3;
  static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(REQUEST).build();
  static final String URL = System.getenv("COUNTERSIGN_URL");
  static final String ENVIRONMENT = System.getenv("ENVIRONMENT_ID");
  static final String AUTH = URL + "/" + ENVIRONMENT;
  static final BufferedReader INPUT = new BufferedReader(new InputStreamReader(System.in));

  static String token;
  static Instant tokenUntil = Instant.EPOCH;

  /** An answer outside of 2xx. Log it; show the user wordsFor(error) only. */
  static class CountersignError extends Exception {
    final int status;
    final String code;
    final String body;

    CountersignError(int status, String body) {
      super(status + " " + body);
      this.status = status;
      this.body = body;
      // The most specific code stands in the details. Decide by it, never by the words.
      int details = body.indexOf("\"details\"");
      this.code = text(details < 0 ? body : body.substring(details), "code");
    }
  }

  /** The first property of this name in the JSON; null: there is none. */
  static String text(String json, String name) {
    Matcher found = Pattern.compile("\"" + name + "\":\"?([^\",}]*)").matcher(json);
    return found.find() ? found.group(1) : null;
  }

  static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  static String send(HttpRequest request) throws IOException, InterruptedException, CountersignError {
    HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
    if (response.statusCode() / 100 == 2) return response.body();
    throw new CountersignError(response.statusCode(), response.body());
  }

  /** One token for all requests, renewed a minute before its end. */
  static String accessToken() throws Exception {
    if (token == null || Instant.now().isAfter(tokenUntil)) {
      String credentials = System.getenv("CLIENT_ID") + ":" + System.getenv("CLIENT_SECRET");
      String basic = Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
      String answer =
          send(
              HttpRequest.newBuilder(URI.create(AUTH + "/as/token"))
                  .timeout(REQUEST)
                  .header("Authorization", "Basic " + basic)
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(BodyPublishers.ofString("grant_type=client_credentials"))
                  .build());
      token = text(answer, "access_token");
      tokenUntil = Instant.now().plusSeconds(Long.parseLong(text(answer, "expires_in")) - 60);
    }
    return token;
  }

  /** Sends again what can't do harm twice: 401 once with a new token, 429 and 503, lost reads. */
  static String call(String method, String address, String body, String action) throws Exception {
    String type = action == null ? "application/json" : "application/vnd.pingidentity." + action + "+json";
    BodyPublisher sent = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
    for (int tries = 1; ; tries++) {
      try {
        HttpRequest.Builder request =
            HttpRequest.newBuilder(URI.create(address))
                .timeout(REQUEST)
                .header("Accept", "application/json")
                .header("Authorization", "Bearer " + accessToken())
                .method(method, sent);
        if (body != null) request.header("Content-Type", type);
        return send(request.build());
      } catch (CountersignError error) {
        if (error.status == 401 && tries == 1) {
          token = null;
          continue;
        }
        if ((error.status != 429 && error.status != 503) || tries == TRIES_MAX) throw error;
      } catch (IOException lost) {
        // What was sent may have been done.
        if (!method.equals("GET") || tries == TRIES_MAX) throw lost;
      }
      // Later each time, and not all clients at once.
      Thread.sleep((long) ((1 << tries) * 250 * ThreadLocalRandom.current().nextDouble(0.5, 1.5)));
    }
  }

  static String flowAt(String id) {
    return AUTH + "/deviceAuthentications/" + id;
  }

  /** A code counts once. If the answer was lost, the flow itself says how it went. */
  static String checkCode(String id, String otp) throws Exception {
    try {
      return call("POST", flowAt(id), "{\"otp\":" + quoted(otp) + "}", "otp.check");
    } catch (IOException lost) {
      String flow = call("GET", flowAt(id), null, null);
      if ("COMPLETED".equals(text(flow, "status"))) return flow;
      throw lost;
    }
  }

  /** Every two seconds; after a minute every five. */
  static String waitForPhone(String id) throws Exception {
    Instant slowFrom = Instant.now().plusSeconds(60);
    for (; ; ) {
      Thread.sleep(Instant.now().isBefore(slowFrom) ? 2_000 : 5_000);
      String flow = call("GET", flowAt(id), null, null);
      if (!"PUSH_CONFIRMATION_REQUIRED".equals(statusOf(flow))) return flow;
    }
  }

  /** Devices have a status, too: the flow's own stands outside of them. */
  static String statusOf(String flow) {
    Matcher found = Pattern.compile("\"status\":\"([A-Z_]+_REQUIRED|COMPLETED|FAILED)\"").matcher(flow);
    return found.find() ? found.group(1) : "";
  }

  /** What the user may read; null: log it, and apologize. */
  static String wordsFor(CountersignError error) {
    return switch (String.valueOf(error.code)) {
      case "INVALID_OTP" ->
          isOver(error)
              ? "Too many wrong codes: start again."
              : "That code is not right. Tries left: " + text(error.body, "attemptsRemaining") + ".";
      case "OTP_EXPIRED" -> "That code is too old. Ask for a new one.";
      case "DEVICE_LOCKED" ->
          "Too many wrong codes: this device is locked for a while. Use another one, or wait.";
      case "INVALID_STATE" -> "This sign-in is over. Start again.";
      default -> null;
    };
  }

  /** The policy locks nothing, but the flow has ended. */
  static boolean isOver(CountersignError error) {
    return "0".equals(text(error.body, "attemptsRemaining"));
  }

  static String ask(String question) throws IOException {
    System.out.println(question);
    String line = INPUT.readLine();
    if (line == null) throw new IOException("Nothing was typed.");
    return line.strip();
  }

  static String byCode(String id) throws Exception {
    for (; ; ) {
      try {
        return checkCode(id, ask("Code?"));
      } catch (CountersignError error) {
        if (!"INVALID_OTP".equals(error.code) || isOver(error)) throw error;
        System.out.println(wordsFor(error));
      }
    }
  }

  static String login(String username) throws Exception {
    String filter = URLEncoder.encode("username eq " + quoted(username), StandardCharsets.UTF_8);
    String users = call("GET", URL + "/v1/environments/" + ENVIRONMENT + "/users?filter=" + filter, null, null);
    Matcher user = Pattern.compile("/users/([0-9a-f-]{36})\"").matcher(users);
    if (!user.find()) return "There is no such user.";
    // It may send a message: begin one for a click, not for each load of a page. The phone shows the context.
    String body =
        "{\"user\":{\"id\":" + quoted(user.group(1)) + "},"
            + "\"notification\":{\"clientContext\":{\"Application\":\"Shop (Java)\"}}}";
    String flow = call("POST", AUTH + "/deviceAuthentications", body, null);
    Matcher self = Pattern.compile("/deviceAuthentications/([0-9a-f-]{36})\"").matcher(flow);
    if (!self.find()) return "This sign-in did not succeed. Start again.";
    String id = self.group(1);
    if (statusOf(flow).equals("PUSH_CONFIRMATION_REQUIRED")) {
      Matcher number = Pattern.compile("\"numberMatching\":\\{[^}]*\"value\":(\\d+)").matcher(flow);
      System.out.println(number.find() ? "On your phone, choose " + number.group(1) + "." : "Look at your phone.");
      flow = waitForPhone(id);
    }
    if (statusOf(flow).equals("OTP_REQUIRED")) flow = byCode(id);
    return statusOf(flow).equals("COMPLETED") ? null : "This sign-in did not succeed. Start again.";
  }

  public static void main(String[] args) throws Exception {
    String trouble;
    try {
      trouble = login(args[0]);
    } catch (CountersignError error) {
      trouble = wordsFor(error);
      if (trouble == null) {
        System.err.println(error.getMessage());
        trouble = "Signing in does not work now. Try again soon.";
      }
    }
    System.out.println(trouble == null ? "You are in." : trouble);
    System.exit(trouble == null ? 0 : 1);
  }
}
