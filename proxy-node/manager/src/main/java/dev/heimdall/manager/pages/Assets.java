package dev.heimdall.manager.pages;

import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files that pages load besides themselves: a style sheet and scripts, read once. A path has the
 * hash of what is there in it, so browsers keep it for good.
 */
final class Assets {
  static final String PATH = "/assets/";

  private static final String OWN = "/dev/heimdall/manager/pages/assets/";
  private static final String HTMX = "/META-INF/resources/webjars/htmx.org/2.0.10/dist/htmx.min.js";
  private static final int HASH_BYTES = 8;

  /** At the end of a line that begins with import or export, or with the brace that ends names. */
  private static final Pattern IMPORT =
      Pattern.compile(
          "(?m)(^(?:(?:import|export)\\b[^'\"\\n]*|\\} )from )['\"]([^'\"]+)['\"](?=;?$)");

  private final Map<String, Answer> answers = new HashMap<>();
  private final Map<String, String> paths = new HashMap<>();

  /**
   * @param more than what all pages load
   */
  Assets(Collection<Asset> more) {
    add(Asset.style("heimdall.css", OWN + "heimdall.css"));
    add(Asset.script("theme.js", OWN + "theme.js"));
    add(Asset.script("heimdall.js", OWN + "heimdall.js"));
    add(Asset.script("htmx.js", HTMX));
    add(new Asset("icon.svg", Asset.Kind.ICON, OWN + "icon.svg"));
    EditorAssets.all().forEach(this::add);
    more.forEach(this::add);
  }

  private void add(Asset asset) {
    byte[] read = read(asset.resource());
    byte[] bytes = asset.kind() == Asset.Kind.MODULE ? linked(asset, read) : read;
    String path = PATH + hash(bytes) + "/" + asset.name().replaceAll("[^A-Za-z0-9.]+", "-");
    paths.put(asset.name(), path);
    answers.put(
        path,
        Answer.of(200, asset.kind().type(), bytes)
            .with("Cache-Control", "public, max-age=31536000, immutable"));
  }

  /**
   * Browsers know no names of modules without a map that would have to be in the page, which the
   * policy forbids: so the paths stand in the modules. Those that are imported are added before.
   */
  private byte[] linked(Asset module, byte[] read) {
    return IMPORT
        .matcher(new String(read, StandardCharsets.UTF_8))
        .replaceAll(
            found -> {
              String path = paths.get(found.group(2));
              if (path == null) {
                throw new IllegalStateException(
                    module.name() + " imports " + found.group(2) + ", which was not added");
              }
              return Matcher.quoteReplacement(found.group(1) + "'" + path + "'");
            })
        .getBytes(StandardCharsets.UTF_8);
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

  /** Path of one of these files. */
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
