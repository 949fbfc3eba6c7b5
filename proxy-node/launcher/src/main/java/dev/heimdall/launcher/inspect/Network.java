package dev.heimdall.launcher.inspect;

import dev.heimdall.manager.inspect.CheckResult;
import dev.heimdall.model.ServerAddress;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;

/** Checks whether a server listens. */
final class Network {
  static final String WHAT = "Network";

  private Network() {}

  static CheckResult look(ServerAddress server, Duration limit) {
    String subject = server.toString();
    try (Socket socket = new Socket()) {
      InetAddress address = InetAddress.getByName(server.host());
      socket.connect(new InetSocketAddress(address, server.port()), (int) limit.toMillis());
      return CheckResult.good(subject, WHAT, "Listens at " + address.getHostAddress());
    } catch (UnknownHostException e) {
      return CheckResult.bad(
          subject,
          WHAT,
          "There is no such host: the DNS does not know %s.".formatted(server.host()),
          "Look for a typing mistake. A private name is known only where its private hosted zone"
              + " is.");
    } catch (SocketTimeoutException e) {
      return CheckResult.bad(
          subject,
          WHAT,
          "No answer within %d ms.".formatted(limit.toMillis()),
          "Let this machine in at port %d in the server's security group or firewall, and check"
                  .formatted(server.port())
              + " the route.");
    } catch (ConnectException e) {
      return CheckResult.bad(
          subject,
          WHAT,
          "Nothing listens at port %d.".formatted(server.port()),
          "Check the port, and that the server runs and listens beyond its own machine.");
    } catch (IOException e) {
      return CheckResult.bad(
          subject,
          WHAT,
          e.getClass().getSimpleName() + ": " + e.getMessage(),
          "Check the network between this machine and the server.");
    }
  }
}
