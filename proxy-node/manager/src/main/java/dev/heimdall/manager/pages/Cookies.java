package dev.heimdall.manager.pages;

import dev.heimdall.manager.web.Request;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * The cookies of pages: sent to the manager alone, by its own pages alone but for the one of a
 * log-in elsewhere, and not shown to scripts.
 */
final class Cookies {
  private static final String SESSION = "heimdall-session";
  private static final String FORM = "heimdall-form";
  private static final String DEVICE = "heimdall-device-";
  private static final String PROVIDER = "heimdall-provider";

  private Cookies() {}

  /** A browser takes a name with this prefix from TLS only, and for this host only. */
  private static String name(String plain, Request request) {
    return request.secure() ? "__Host-" + plain : plain;
  }

  private static String set(String name, String value, Request request) {
    return set(name, value, "Strict", request);
  }

  private static String set(String name, String value, String site, Request request) {
    return "%s=%s; Path=/; HttpOnly; SameSite=%s%s"
        .formatted(name(name, request), value, site, request.secure() ? "; Secure" : "");
  }

  static Optional<String> session(Request request) {
    return request.cookie(name(SESSION, request)).filter(value -> !value.isEmpty());
  }

  static String setSession(String token, Request request) {
    return set(SESSION, token, request);
  }

  static String endSession(Request request) {
    return set(SESSION, "", request) + "; Max-Age=0";
  }

  /** Token that the log-in form has to show: before the log-in there is no session. */
  static Optional<String> form(Request request) {
    return request.cookie(name(FORM, request)).filter(value -> !value.isEmpty());
  }

  static String setForm(String token, Request request) {
    return set(FORM, token, request);
  }

  /** Cookie that makes this browser's device known to the manager, at log-ins of a user. */
  static Optional<String> device(String user, Request request) {
    return request.cookie(name(device(user), request)).filter(value -> !value.isEmpty());
  }

  static String setDevice(String sealed, String user, Duration time, Request request) {
    return set(device(user), sealed, request) + "; Max-Age=" + time.toSeconds();
  }

  /** Several people may use one browser; a name may have letters that a cookie's has not. */
  private static String device(String user) {
    return DEVICE + UUID.nameUUIDFromBytes(user.getBytes(StandardCharsets.UTF_8));
  }

  /** A log-in at a provider that has begun. */
  static Optional<String> provider(Request request) {
    return request.cookie(name(PROVIDER, request)).filter(value -> !value.isEmpty());
  }

  /** It is the provider that sends the browser back with it. */
  static String setProvider(String sealed, Duration time, Request request) {
    return set(PROVIDER, sealed, "Lax", request) + "; Max-Age=" + time.toSeconds();
  }

  static String endProvider(Request request) {
    return setProvider("", Duration.ZERO, request);
  }
}
