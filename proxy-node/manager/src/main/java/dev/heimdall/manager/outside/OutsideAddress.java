package dev.heimdall.manager.outside;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;

/** Addresses that the manager sends no requests to, regardless of who names them. */
public final class OutsideAddress {
  private OutsideAddress() {}

  /** Those of links and of metadata services, also within IPv6's forms of IPv4 addresses. */
  public static boolean isRefused(InetAddress address) throws IOException {
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
