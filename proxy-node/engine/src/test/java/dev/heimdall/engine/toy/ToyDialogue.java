package dev.heimdall.engine.toy;

import dev.heimdall.engine.auth.AuthDecision.Exchange;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.client.LogInDialogue;
import dev.heimdall.engine.client.LogInHost;
import dev.heimdall.engine.client.PasswordExchange;
import dev.heimdall.engine.client.SessionRequest;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One log-in of the toy protocol. The proof comes with the request, a hash of the password and of
 * the greeting's challenge; where that is not enough, the client is asked for another one, or for
 * its password, for which it may want a key first.
 */
final class ToyDialogue implements LogInDialogue {
  private static final String SCRAM = "SCRAM-SHA-256";

  private final LogInHost login;
  private final ToyEncoder encoder = new ToyEncoder();
  private byte[] salt;
  private byte[] response;
  private String schema;
  private int wanted;
  private byte[] key;
  private PasswordExchange exchange;
  private boolean scramBegun;

  ToyDialogue(LogInHost login) {
    this.login = login;
  }

  @Override
  public void begin() {
    salt = login.random(4);
    int offered = ~ToyFrame.TLS | (login.offersTls() ? ToyFrame.TLS : 0);
    send(ToyFrame.GREETING, to -> to.writeInt(offered).writeBytes(salt));
  }

  private void send(byte type, Consumer<ByteBuf> body) {
    ByteBuf out = login.buffer(64);
    encoder.frame(out, type, body);
    login.send(out);
  }

  @Override
  public void read(ByteBuf in) {
    int length = ToyFrame.length(in, in.readerIndex(), in.writerIndex());
    if (length == 0) {
      return;
    }
    byte type = in.getByte(in.readerIndex());
    int number = ToyFrame.token(in, in.readerIndex());
    ByteBuf body = in.readSlice(length).skipBytes(ToyFrame.HEADER);
    if (type == ToyFrame.CANCEL) {
      login.cancel(new CancelKey(body.readInt(), ToyFrame.rest(body)));
    } else if (!encoder.follows(number)) {
      login.protocolError("frame " + number + " is out of order");
    } else if (type == ToyFrame.LOG_IN && exchange == null) {
      logIn(body);
    } else if (type == ToyFrame.ASK_KEY && exchange != null && key == null) {
      key = login.random(4);
      send(ToyFrame.KEY, to -> to.writeBytes(key));
    } else if (type == ToyFrame.PROOF && exchange != null) {
      proof(ToyFrame.rest(body));
    } else {
      login.protocolError("no frame of type " + (char) type + " was expected");
    }
  }

  private void logIn(ByteBuf body) {
    wanted = body.readInt();
    if ((wanted & ToyFrame.TLS) != 0 && !login.tls()) {
      if (login.offersTls()) {
        login.beginTls();
      } else {
        login.refuse(ServerError.fatal("08004", "TLS was not offered"));
      }
      return;
    }
    encoder.agreed(wanted);
    String user = ToyFrame.part(body);
    schema = ToyFrame.part(body);
    response = ToyFrame.rest(body);
    login.request(new SessionRequest(user, "app", "toy", null, 8));
  }

  @Override
  public void prove(PasswordExchange asked) {
    exchange = asked;
    switch (asked.kind()) {
      case MD5 -> asked.md5(salt, response); // it came with the request
      case SCRAM -> send(ToyFrame.SWITCH, to -> to.writeBytes(ToyFrame.text(SCRAM)));
      default ->
          asked.proof(new ToyProof(salt, response), () -> send(ToyFrame.FULL, nothing -> {}));
    }
  }

  private void proof(byte[] message) {
    if (exchange.kind() == Exchange.CLEAR_TEXT) {
      if (key == null) {
        login.protocolError("the password came without its key");
      } else {
        exchange.clearText(ToyProof.mixed(message, key));
      }
    } else if (scramBegun) {
      exchange.scramLast(message);
    } else {
      scramBegun = true;
      exchange.scramFirst(SCRAM, message);
    }
  }

  @Override
  public void challenge(byte[] message) {
    send(ToyFrame.CHALLENGE, to -> to.writeBytes(message));
  }

  @Override
  public void proved(byte[] message) {
    challenge(message);
  }

  @Override
  public StartupVariables variables() {
    Variables given = Variables.of(schema.isEmpty() ? Map.of() : Map.of("schema", schema));
    return new StartupVariables(given, given, given, Variables.NONE, Variables.NONE);
  }

  /** Reports are between the client and the node, and so is TLS. */
  @Override
  public Capabilities capabilities() {
    int servers = wanted & ~(ToyFrame.TLS | ToyFrame.REPORTS);
    return servers == 0 ? Capabilities.NONE : new ToyCapabilities(servers);
  }

  @Override
  public ChannelHandler onTheWire() {
    return new ToyStops(encoder);
  }

  @Override
  public ClientEncoder encoder() {
    return encoder;
  }
}
