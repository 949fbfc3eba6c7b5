package dev.heimdall.launcher.top;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/** Asks one place, over a connection that stays. */
final class Http {
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LONGEST).build();
  private final URI place;
  private final Optional<String> authorization;

  Http(URI place, Optional<String> authorization) {
    this.place = place;
    this.authorization = authorization;
  }

  /** The header of a user and his password. */
  static String basic(String user, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  String get(String path) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(place.resolve(path)).timeout(LONGEST).GET();
    authorization.ifPresent(value -> request.header("Authorization", value));
    HttpResponse<String> response;
    try {
      response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (HttpTimeoutException e) {
      throw new IOException("%s does not answer within 10 s".formatted(place), e);
    } catch (ConnectException e) {
      throw new IOException("%s cannot be connected to: is it running?".formatted(place), e);
    } catch (IOException e) {
      throw new IOException("%s does not answer: %s".formatted(place, e.getMessage()), e);
    }
    return switch (response.statusCode()) {
      case 200 -> response.body();
      case 401 -> throw new IOException("%s refuses the user or the password".formatted(place));
      case 403 -> throw new IOException("%s does not permit this to the user".formatted(place));
      default ->
          throw new IOException(
              "%s answers %s with status %d".formatted(place, path, response.statusCode()));
    };
  }
}
