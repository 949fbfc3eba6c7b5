package dev.heimdall.engine.dialect.mysql.login;

import dev.heimdall.engine.client.LogInHost;
import dev.heimdall.engine.client.PasswordExchange;
import dev.heimdall.engine.dialect.mysql.answer.MysqlEncoder;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * A client proves its password. What it has sent already is enough where it can be judged;
 * otherwise the client is to send the password itself, which it does inside TLS or under a key.
 */
final class PasswordPackets {
  private static final byte ASKS_FOR_KEY = 2;

  private static final ServerError READABLE =
      ServerError.fatal(
          "28000",
          "the password came in clear text without TLS, where others can read it: use TLS, or a"
              + " driver that encrypts the password with the server's key, and change the"
              + " password");

  private static final byte[] PASSWORD_WANTED = {4};

  /** Value for all input that is no password at all: it is not UTF-8. */
  private static final byte[] NONE = {(byte) 0xFF};

  private final LogInHost login;
  private final MysqlEncoder encoder;
  private final RsaKey key;
  private final PasswordExchange exchange;
  private Proof proof;
  private boolean passwordWanted;
  private boolean keySent;

  PasswordPackets(LogInHost login, MysqlEncoder encoder, RsaKey key, PasswordExchange exchange) {
    this.login = login;
    this.encoder = encoder;
    this.key = key;
    this.exchange = exchange;
  }

  /** Maximum length of the client's next packet. */
  int longestAnswer() {
    return exchange.longestAnswer();
  }

  /** Processes the proof that the client has sent by a method that it and the node know. */
  void begin(Proof sent) {
    proof = sent;
    encoder.account().withPassword(!sent.isEmpty());
    encoder.awaitsWord(sent.awaitsWord());
    if (sent.isEmpty() || sent.method() == Method.CLEAR_TEXT) {
      clearText(sent.response());
    } else {
      exchange.proof(sent, sent.method() == Method.NATIVE ? this::change : this::wantPassword);
    }
  }

  /** Processes the client's answer. */
  void read(byte[] answer) {
    if (!passwordWanted) {
      begin(proof.answered(answer));
    } else if (login.secure()) {
      clearText(answer);
    } else if (answer.length == 1 && answer[0] == ASKS_FOR_KEY && !keySent) {
      keySent = true;
      login.compute(key::pem, this::more);
    } else if (withoutZero(answer).length == 0) {
      clearText(answer);
    } else if (answer.length != RsaKey.ENCRYPTED) {
      login.refuse(READABLE);
    } else {
      login.compute(
          () -> key.password(answer, proof.challenge()),
          found -> clearText(found == null ? NONE : found));
    }
  }

  /** The client's own method proves nothing here: it may know the one that reveals the password. */
  private void change() {
    proof = Proof.wanted(Method.SHA2, false, login);
    ByteBuf out = login.buffer(64);
    encoder.changeMethod(proof.method().spelling(), proof.challenge(), out);
    login.send(out);
  }

  private void wantPassword() {
    encoder.awaitsWord(false);
    passwordWanted = true;
    more(PASSWORD_WANTED);
  }

  private void more(byte[] data) {
    ByteBuf out = login.buffer(16 + data.length);
    encoder.more(data, out);
    login.send(out);
  }

  private void clearText(byte[] answer) {
    byte[] password = withoutZero(answer);
    encoder.account().withPassword(password.length > 0);
    exchange.clearText(password);
  }

  private static byte[] withoutZero(byte[] text) {
    return text.length > 0 && text[text.length - 1] == 0
        ? Arrays.copyOf(text, text.length - 1)
        : text;
  }
}
