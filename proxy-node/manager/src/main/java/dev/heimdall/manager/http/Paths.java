package dev.heimdall.manager.http;

import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.secrets.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** Which path does what, and who may pass. */
final class Paths {
  private static final String DOCUMENTS = "/api/v1/documents";

  private final Editor editor;
  private final LogIn logIn;
  private final OwnOrigin origin;
  private final String version;
  private final DocumentsPath documents;
  private final ChangesPath changes;
  private final Semaphore places = new Semaphore(Bounds.REQUESTS);

  Paths(Editor editor, LogIn logIn, OwnOrigin origin, String version) {
    this.editor = editor;
    this.logIn = logIn;
    this.origin = origin;
    this.version = version;
    documents = new DocumentsPath(editor);
    changes = new ChangesPath(editor);
  }

  Answer answer(Request request) throws IOException {
    try {
      if (request.path().equals("/livez")) {
        request.only("GET");
        return Answer.json(200, Answer.JSON.createObjectNode().put("status", "ok"));
      }
      origin.check(request);
      if (!places.tryAcquire()) {
        throw Reports.busy("The manager is busy with other requests: try again.");
      }
      try {
        return answer(request, author(request));
      } finally {
        places.release();
      }
    } catch (Refusal e) {
      return e.answer();
    } catch (EditRefused e) {
      return Reports.refusal(e).answer();
    } catch (StoreException e) {
      return Reports.refusal(e).answer();
    }
  }

  private Answer answer(Request request, Author author)
      throws Refusal, StoreException, EditRefused, IOException {
    String path = request.path();
    if (path.startsWith(DOCUMENTS + "/")) {
      return documents.one(path.substring(DOCUMENTS.length() + 1), request, author);
    }
    return switch (path) {
      case DOCUMENTS -> documents.list(request);
      case "/api/v1/check" -> changes.check(request);
      case "/api/v1/commit" -> changes.commit(request, author);
      case "/version" -> version(request);
      default -> throw new Refusal(404, "not_found", "There is nothing at %s.".formatted(path));
    };
  }

  private Answer version(Request request) throws Refusal {
    request.only("GET");
    return Answer.json(
        200,
        Answer.JSON
            .createObjectNode()
            .put("version", version)
            .put("java", System.getProperty("java.version"))
            .put("place", editor.place()));
  }

  private Author author(Request request) throws Refusal {
    Optional<String> shown = request.header("Authorization");
    LogIn.Outcome outcome = logIn.judge(shown, request.from());
    if (outcome instanceof LogIn.Outcome.Welcome welcome) {
      return new Author(welcome.user(), request.from().getHostAddress());
    }
    if (outcome instanceof LogIn.Outcome.Wait wait) {
      throw new Refusal(
              429, "too_many_attempts", "Too many wrong passwords came from this address: wait.")
          .header("Retry-After", Long.toString(seconds(wait.time())));
    }
    if (outcome instanceof LogIn.Outcome.Unknown) {
      throw Reports.busy(
          "Nobody can be let in now: the manager cannot read its password; its log says why.");
    }
    throw new Refusal(
            401,
            "unauthorized",
            outcome instanceof LogIn.Outcome.Nobody
                ? "Log in as admin, with the scheme Basic."
                : "User or password is wrong.")
        .header("WWW-Authenticate", "Basic realm=\"Heimdall\", charset=\"UTF-8\"");
  }

  private static long seconds(Duration time) {
    return Math.max(1, time.plusMillis(999).toSeconds());
  }
}
