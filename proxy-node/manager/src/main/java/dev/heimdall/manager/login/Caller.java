package dev.heimdall.manager.login;

import java.net.InetAddress;
import java.util.Optional;

/**
 * From where somebody tries to log in.
 *
 * @param from his address, or that which a proxy reports that is trusted
 * @param device the one that his browser has shown, on which the same account has logged in before;
 *     empty: none, or one of another account
 */
public record Caller(InetAddress from, Optional<String> device) {
  /** One without a device, such as a program. */
  public static Caller at(InetAddress from) {
    return new Caller(from, Optional.empty());
  }

  /** For logs. */
  String address() {
    return from.getHostAddress();
  }
}
