package dev.heimdall.engine.toy;

import dev.heimdall.engine.auth.AuthDecision.Exchange;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.client.LogIn;
import dev.heimdall.engine.client.LogInDialogue;
import dev.heimdall.engine.client.PasswordExchange;
import dev.heimdall.engine.client.SessionRequest;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import java.util.Map;
import java.util.function.Consumer;

/** One log-in of the toy protocol. */
final class ToyDialogue implements LogInDialogue {
  private static final String SCRAM = "SCRAM-SHA-256";

  private final LogIn login;
  private final ToyEncoder encoder = new ToyEncoder();
  private byte[] salt;
  private byte[] response;
  private String schema;
  private PasswordExchange exchange;
  private boolean scramBegun;

  ToyDialogue(LogIn login) {
    this.login = login;
  }

  @Override
  public void begin() {
    salt = login.random(4);
    int offered = ToyFrames.REPORTS | (login.offersTls() ? ToyFrames.TLS : 0);
    send(to -> to.writeByte(ToyFrames.GREETING).writeByte(offered).writeBytes(salt));
  }

  private void send(Consumer<ByteBuf> content) {
    ByteBuf out = login.buffer(64);
    encoder.frame(out, content);
    login.send(out);
  }

  @Override
  public void read(ByteBuf in) {
    if (in.readableBytes() < ToyFrames.HEADER
        || in.readableBytes() < ToyFrames.HEADER + in.getUnsignedShort(in.readerIndex())) {
      return;
    }
    int length = in.readUnsignedShort();
    int number = in.readUnsignedByte();
    ByteBuf frame = in.readSlice(length);
    int type = frame.readUnsignedByte();
    if (type == ToyFrames.CANCEL) {
      login.cancel(new CancelKey(frame.readInt(), ToyFrames.rest(frame)));
    } else if (!encoder.follows(number)) {
      login.protocolError("frame " + number + " is out of order");
    } else if (type == ToyFrames.LOG_IN && exchange == null) {
      logIn(frame);
    } else if (type == ToyFrames.PROOF && exchange != null) {
      proof(ToyFrames.rest(frame));
    } else {
      login.protocolError("no frame of type " + type + " was expected");
    }
  }

  private void logIn(ByteBuf frame) {
    int wanted = frame.readUnsignedByte();
    if ((wanted & ToyFrames.TLS) != 0 && !login.tls()) {
      if (login.offersTls()) {
        login.beginTls();
      } else {
        login.refuse(ServerError.fatal("08004", "TLS was not offered"));
      }
      return;
    }
    encoder.agreed(wanted);
    String user = ToyFrames.text(frame);
    schema = ToyFrames.text(frame);
    response = ToyFrames.rest(frame);
    login.request(new SessionRequest(user, "app", "toy", null, 8));
  }

  @Override
  public void prove(PasswordExchange asked) {
    exchange = asked;
    if (asked.kind() == Exchange.MD5) {
      asked.md5(salt, response); // it came with the request
    } else {
      send(
          to -> {
            to.writeByte(ToyFrames.SWITCH);
            ToyFrames.text(to, asked.kind() == Exchange.SCRAM ? SCRAM : "password");
          });
    }
  }

  private void proof(byte[] message) {
    if (exchange.kind() == Exchange.CLEAR_TEXT) {
      exchange.clearText(message);
    } else if (scramBegun) {
      exchange.scramLast(message);
    } else {
      scramBegun = true;
      exchange.scramFirst(SCRAM, message);
    }
  }

  @Override
  public void challenge(byte[] message) {
    send(to -> to.writeByte(ToyFrames.CHALLENGE).writeBytes(message));
  }

  @Override
  public void proved(byte[] message) {
    challenge(message);
  }

  @Override
  public StartupVariables variables() {
    Variables given = Variables.of(Map.of("schema", schema));
    return new StartupVariables(given, given, given, Variables.NONE, Variables.NONE);
  }

  @Override
  public ClientEncoder encoder() {
    return encoder;
  }
}
