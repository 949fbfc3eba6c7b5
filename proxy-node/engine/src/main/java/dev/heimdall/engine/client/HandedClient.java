package dev.heimdall.engine.client;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.handover.UnreadableStateException;
import dev.heimdall.engine.net.LocalClient;
import dev.heimdall.model.ConsoleRight;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Identity of a client that moves from one process to another: its log-in, its start-up values, and
 * its cancel key.
 *
 * @param reported what servers have reported to it; may be null
 * @param connectedAt milliseconds since 1970
 */
public record HandedClient(
    Login login,
    StartupVariables given,
    CancelKey key,
    Map<String, String> reported,
    long connectedAt) {
  /** Of all that another process gets of a client. */
  public static final int VERSION = 1;

  /**
   * Writes it.
   *
   * @param now by the clock of {@link Login#provedAt}
   */
  public void write(long now, StateWriter out) {
    SessionRequest request = login.request();
    out.text(request.user()).text(request.database()).text(request.applicationName());
    out.number(request.secretLength());
    out.number(key.session()).bytes(key.secret());
    out.flag(LocalClient.is(login.address()));
    out.bytes(login.address().getAddress().getAddress()).number(login.address().getPort());
    out.longNumber(now - login.provedAt());
    login.own().write(out);
    out.number(login.groups().size());
    login.groups().forEach(out::text);
    out.texts(given.all().asMap());
    out.texts(given.profiled().asMap());
    out.texts(given.carried().asMap());
    out.texts(given.transaction().asMap());
    out.texts(given.user().asMap());
    out.texts(reported);
    out.longNumber(connectedAt);
    login.encoder().write(login.capabilities(), out);
  }

  /**
   * Reads one, and reserves its number.
   *
   * @throws UnreadableStateException if it cannot be here
   */
  public static HandedClient read(LogInServices services, LogInAgain again, StateReader in) {
    String user = in.text();
    String database = in.text();
    String application = in.text();
    int secretLength = in.number();
    CancelKey key = new CancelKey(in.number(), in.bytes());
    SessionRequest request =
        new SessionRequest(user, database, application, null, secretLength, key.session());
    boolean local = in.flag();
    InetSocketAddress from = address(in.bytes(), in.number());
    InetSocketAddress address = local ? LocalClient.ADDRESS : from;
    long provedAt = services.loop().context().nanoTime() - in.longNumber();
    ServerCredential own = ServerCredential.read(in);
    List<String> groups = new ArrayList<>();
    for (int left = in.count(); left > 0; left--) {
      groups.add(in.text());
    }
    StartupVariables given =
        new StartupVariables(
            variables(in), variables(in), variables(in), variables(in), variables(in));
    Map<String, String> reported = in.texts();
    long connectedAt = in.longNumber();
    ClientProtocol.Agreed agreed = services.protocol().agreed(in);
    ConsoleRight right = services.consoleRight(user);
    Login login =
        new Login(
            request,
            agreed.encoder(),
            agreed.capabilities(),
            own,
            groups,
            provedAt,
            right,
            false,
            address,
            again);
    if (!services.node().cancels().reserve(key.session())) {
      throw new UnreadableStateException("its cancel key is another client's here");
    }
    return new HandedClient(login, given, key, reported, connectedAt);
  }

  private static Variables variables(StateReader in) {
    return Variables.of(in.texts());
  }

  private static InetSocketAddress address(byte[] address, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), port);
    } catch (UnknownHostException e) {
      throw new UnreadableStateException("the client's address is none");
    }
  }
}
