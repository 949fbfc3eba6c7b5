package dev.heimdall.manager.web;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Keeps out what a browser sends for a page of another site. No site is told that it may read
 * across origins, so pages that ask a browser first go no further; this refuses what comes without
 * asking, and names of others that lead to loopback.
 */
final class OwnOrigin {
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9A-Fa-f:.%a-z]+]");
  private static final Set<String> FOREIGN = Set.of("cross-site", "same-site");

  private final boolean loopback;

  /**
   * @param loopback whether it listens there only: then no other's name leads to it rightly
   */
  OwnOrigin(boolean loopback) {
    this.loopback = loopback;
  }

  /**
   * @param linked whether pages of others may lead browsers there; nothing else than that
   */
  void check(Request request, boolean linked) throws Refusal {
    String host =
        request.header("Host").orElseThrow(() -> Request.bad("The header Host is missing."));
    if (loopback && !ofThisMachine(name(host))) {
      throw new Refusal(
          421,
          "misdirected",
          "The manager listens on loopback only, where %s is not its name: use localhost, or have your proxy send Host: localhost."
              .formatted(name(host)));
    }
    Optional<String> origin = request.header("Origin");
    if (origin.isPresent() && !authority(origin.get()).equals(host.toLowerCase(Locale.ROOT))
        || isForeign(request) && !(linked && isFollowed(request))) {
      throw new Refusal(403, "foreign_origin", "A page of another origin may not use the manager.");
    }
  }

  static boolean isForeign(Request request) {
    return request.header("Sec-Fetch-Site").filter(FOREIGN::contains).isPresent();
  }

  /** True if a user follows a link, or is redirected: no script reads what is answered. */
  private static boolean isFollowed(Request request) {
    return request.method().equals("GET")
        && request.header("Sec-Fetch-Mode").filter("navigate"::equals).isPresent()
        && request.header("Sec-Fetch-Dest").filter("document"::equals).isPresent();
  }

  private static boolean ofThisMachine(String name) {
    return name.equals("localhost") || ADDRESS.matcher(name).matches();
  }

  /** Without its port. */
  private static String name(String host) {
    return host.replaceFirst(":[0-9]*$", "").toLowerCase(Locale.ROOT);
  }

  private static String authority(String origin) {
    try {
      String authority = new URI(origin).getRawAuthority();
      return authority == null ? "" : authority.toLowerCase(Locale.ROOT);
    } catch (URISyntaxException e) {
      return "";
    }
  }
}
