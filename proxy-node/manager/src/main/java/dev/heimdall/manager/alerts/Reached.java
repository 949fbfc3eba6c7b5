package dev.heimdall.manager.alerts;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/** Which addresses messages may go to: none at which clouds give away credentials. */
final class Reached {
  private Reached() {}

  /** The addresses of a host, if all of them may be reached; waits for the DNS. */
  static List<InetAddress> addresses(String host) throws Failed {
    try {
      List<InetAddress> all = List.of(InetAddress.getAllByName(host));
      for (InetAddress address : all) {
        if (isRefused(address)) {
          throw new Failed("refused: its address is one of this machine's network link", false);
        }
      }
      return all;
    } catch (IOException e) {
      throw new Failed("no answer: nobody knows the name of its host", true);
    }
  }

  /** Those of links and of metadata services, also within IPv6's forms of IPv4 addresses. */
  static boolean isRefused(InetAddress address) throws IOException {
    if (address.isLinkLocalAddress()
        || address.isMulticastAddress()
        || address.isAnyLocalAddress()) {
      return true;
    }
    if (!(address instanceof Inet6Address)) {
      return false;
    }
    byte[] bytes = address.getAddress();
    boolean ofAws =
        bytes[0] == (byte) 0xfd && bytes[1] == 0 && bytes[2] == 0x0e && bytes[3] == (byte) 0xc2;
    boolean translated =
        bytes[0] == 0 && bytes[1] == 0x64 && bytes[2] == (byte) 0xff && bytes[3] == (byte) 0x9b;
    boolean within = translated || ((Inet6Address) address).isIPv4CompatibleAddress();
    byte[] last = {bytes[12], bytes[13], bytes[14], bytes[15]};
    return ofAws
        || (within && !address.isLoopbackAddress() && isRefused(InetAddress.getByAddress(last)));
  }
}
