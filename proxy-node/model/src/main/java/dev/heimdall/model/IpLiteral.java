package dev.heimdall.model;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** Reads IP addresses without ever asking a name server. */
final class IpLiteral {
  private IpLiteral() {}

  static Optional<InetAddress> parse(String text) {
    try {
      if (text.indexOf(':') >= 0) {
        // With a colon and without a zone the JDK takes this for an address or refuses it.
        return text.matches("[0-9a-fA-F:.]+")
            ? Optional.of(InetAddress.getByName("[" + text + "]"))
            : Optional.empty();
      }
      String[] parts = text.split("\\.", -1);
      if (parts.length != 4) {
        return Optional.empty();
      }
      byte[] bytes = new byte[4];
      for (int i = 0; i < 4; i++) {
        if (!parts[i].matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(parts[i]) > 255) {
          return Optional.empty();
        }
        bytes[i] = (byte) Integer.parseInt(parts[i]);
      }
      return Optional.of(InetAddress.getByAddress(bytes));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
