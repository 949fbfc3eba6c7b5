package dev.heimdall.manager.login;

import dev.heimdall.manager.web.Request;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * Address of a log-in attempt.
 *
 * @param from his address, or that which a proxy reports that is trusted
 * @param device the one that his browser has shown, on which the same account has logged in before;
 *     empty: none, or one of another account
 * @param waited how long he has waited for his turn already
 */
public record Caller(InetAddress from, Optional<String> device, Duration waited) {
  /** One who tries at once. */
  Caller(InetAddress from, Optional<String> device) {
    this(from, device, Duration.ZERO);
  }

  /** One without a device who tries at once. */
  static Caller at(InetAddress from) {
    return new Caller(from, Optional.empty());
  }

  /** Returns the sender of a request, without a device, such as a program. */
  public static Caller of(Request request) {
    return new Caller(request.from(), Optional.empty(), request.waited());
  }

  /** For logs. */
  String address() {
    return from.getHostAddress();
  }
}
