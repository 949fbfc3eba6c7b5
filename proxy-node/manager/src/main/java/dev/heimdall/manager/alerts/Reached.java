package dev.heimdall.manager.alerts;

import dev.heimdall.manager.outside.OutsideAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/** Addresses that messages may go to: none at which clouds give away credentials. */
final class Reached {
  private Reached() {}

  /** The addresses of a host, if all of them may be reached; waits for the DNS. */
  static List<InetAddress> addresses(String host) throws Failed {
    try {
      List<InetAddress> all = List.of(InetAddress.getAllByName(host));
      for (InetAddress address : all) {
        if (OutsideAddress.isRefused(address)) {
          throw new Failed("refused: its address is one of this machine's network link", false);
        }
      }
      return all;
    } catch (IOException e) {
      throw new Failed("no answer: the name of its host cannot be resolved", true);
    }
  }
}
