package dev.heimdall.manager.pages;

import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * What pages load besides themselves: a style sheet and scripts, read once. A path has the hash of
 * what is there in it, so browsers keep it for good.
 */
final class Assets {
  static final String PATH = "/assets/";

  private static final String OWN = "/dev/heimdall/manager/pages/assets/";
  private static final String HTMX = "/META-INF/resources/webjars/htmx.org/2.0.10/dist/htmx.min.js";
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final int HASH_BYTES = 8;

  private final Map<String, Answer> answers = new HashMap<>();
  private final Map<String, String> paths = new HashMap<>();

  Assets() {
    add("heimdall.css", "text/css; charset=utf-8", OWN + "heimdall.css");
    add("theme.js", SCRIPT, OWN + "theme.js");
    add("heimdall.js", SCRIPT, OWN + "heimdall.js");
    add("htmx.js", SCRIPT, HTMX);
    add("icon.svg", "image/svg+xml", OWN + "icon.svg");
  }

  private void add(String name, String type, String resource) {
    byte[] bytes = read(resource);
    String path = PATH + hash(bytes) + "/" + name;
    paths.put(name, path);
    answers.put(
        path,
        Answer.of(200, type, bytes).with("Cache-Control", "public, max-age=31536000, immutable"));
  }

  private static byte[] read(String resource) {
    try (InputStream in = Assets.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the manager was built without " + resource);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Where one of them is. */
  String path(String name) {
    return paths.get(name);
  }

  Answer answer(Request request) throws Refusal {
    request.only("GET");
    Answer answer = answers.get(request.path());
    if (answer == null) {
      throw new Refusal(404, "not_found", "There is nothing at %s.".formatted(request.path()));
    }
    return answer;
  }
}
