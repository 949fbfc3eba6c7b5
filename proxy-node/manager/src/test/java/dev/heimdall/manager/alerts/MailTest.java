package dev.heimdall.manager.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class MailTest {
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
  private static final String SECRET = "T0PSECRET";

  @TempDir private static Path directory;
  private static ScriptedSmtp.Identity identity;

  @BeforeAll
  static void identify() throws Exception {
    identity = ScriptedSmtp.Identity.create(directory);
  }

  private static EmailTarget target(int port, String... settings) throws Exception {
    Map<String, String> form = new HashMap<>();
    form.put("host", "localhost");
    form.put("port", Integer.toString(port));
    form.put("from", "heimdall@example.com");
    form.put("to", "on-call@example.com, second@example.com");
    for (int i = 0; i < settings.length; i += 2) {
      form.put(settings[i], settings[i + 1]);
    }
    return (EmailTarget) TargetType.EMAIL.read(TargetTest.written(TargetType.EMAIL, form));
  }

  private static Event event(String about, String words) {
    return new Event(
        "a-1",
        NOW,
        NOW,
        "failover-begun",
        Severity.CRITICAL,
        about,
        "db:1",
        List.of("a"),
        words,
        1);
  }

  private static Message message() {
    return Message.of(List.of(event("shop", "no writer")), 0);
  }

  private static String send(EmailTarget target) throws Failed {
    return new Mail(Clock.systemUTC()).send(target, message());
  }

  private static Failed failure(EmailTarget target) {
    Failed failed = catchThrowableOfType(Failed.class, () -> send(target));
    assertThat(failed).isNotNull();
    assertThat(failed.getMessage()).doesNotContain(SECRET);
    return failed;
  }

  private static GreenMail server(String protocol) {
    GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", protocol).dynamicPort());
    server.setUser("heimdall", SECRET);
    server.start();
    return server;
  }

  @Test
  void aMessageArrivesAsTextAndHtmlAndForgesNoHeader() throws Exception {
    GreenMail server = server("smtp");
    try {
      EmailTarget target =
          target(
              server.getSmtp().getPort(),
              "security",
              "none",
              "user",
              "heimdall",
              "password",
              SECRET);
      Message message =
          Message.of(
              List.of(
                  event("shop\r\nX-Evil: 1", "<b>none</b> & \r\n.\r\nBcc: evil@example.com"),
                  event("zürich", "x")),
              7);
      assertThat(new Mail(Clock.systemUTC()).send(target, message)).isEqualTo("taken by localhost");

      MimeMessage[] got = server.getReceivedMessages();
      assertThat(got).hasSize(2);
      MimeMessage one = got[0];
      assertThat(one.getSubject())
          .isEqualTo("[critical] Heimdall: failover begun of shop X-Evil: 1 (db:1) and 8 more");
      assertThat(one.getHeader("X-Evil")).isNull();
      assertThat(one.getHeader("Bcc")).isNull();
      assertThat(one.getHeader("Auto-Submitted")).containsExactly("auto-generated");
      assertThat(one.getMessageID()).isEqualTo("<%s@example.com>".formatted(message.id()));
      assertThat(one.getHeader("From")).containsExactly("Heimdall <heimdall@example.com>");
      assertThat(one.getAllRecipients()).hasSize(2);
      MimeMultipart parts = (MimeMultipart) one.getContent();
      String plain = (String) parts.getBodyPart(0).getContent();
      assertThat(plain)
          .contains("2026-03-04 05:06:07 UTC  critical  failover begun of shop X-Evil: 1 (db:1)")
          .contains("<b>none</b> & . Bcc: evil@example.com")
          .contains("zürich")
          .contains("7 more events");
      assertThat(parts.getBodyPart(1).getContentType()).startsWith("text/html");
      assertThat((String) parts.getBodyPart(1).getContent())
          .contains("&lt;b&gt;none&lt;/b&gt; &amp;")
          .doesNotContain("<b>");
    } finally {
      server.stop();
    }
  }

  @Test
  void aWrongPasswordIsSaidAndNotTriedAgain() throws Exception {
    GreenMail server = server("smtp");
    try {
      Failed failed =
          failure(
              target(
                  server.getSmtp().getPort(),
                  "security",
                  "none",
                  "user",
                  "heimdall",
                  "password",
                  SECRET + "?"));
      assertThat(failed).hasMessageStartingWith("the log-in was refused (535)");
      assertThat(failed.worthAnother()).isFalse();
      assertThat(server.getReceivedMessages()).isEmpty();
    } finally {
      server.stop();
    }
  }

  @Test
  void aCertificateThatNobodyVouchesForIsRefused() throws Exception {
    GreenMail server = server("smtps");
    try {
      Failed failed = failure(target(server.getSmtps().getPort(), "security", "tls"));
      assertThat(failed).hasMessageStartingWith("its certificate is not signed by an authority");
      assertThat(failed.worthAnother()).isFalse();
    } finally {
      server.stop();
    }
  }

  @Test
  void tlsFromTheBeginningIsChecked() throws Exception {
    try (ScriptedSmtp server =
        new ScriptedSmtp(
            peer -> {
              peer.tls(identity);
              peer.serve(List.of(), Map.of(), identity);
            })) {
      String ca = identity.authority().toString();
      assertThat(send(target(server.port(), "security", "tls", "caFile", ca)))
          .isEqualTo("taken by localhost");
      Failed failed =
          failure(target(server.port(), "security", "tls", "caFile", ca, "host", "127.0.0.1"));
      assertThat(failed).hasMessage("its certificate is not for 127.0.0.1");
    }
  }

  @Test
  void beforeItIsEncryptedNothingIsSentButTheWishForIt() throws Exception {
    String ca = identity.authority().toString();
    try (ScriptedSmtp server =
        new ScriptedSmtp(
            peer -> peer.serve(List.of("STARTTLS", "AUTH PLAIN"), Map.of(), identity))) {
      EmailTarget target =
          target(
              server.port(), "caFile", ca, "user", "me", "password", SECRET, "helo", "a.example");
      assertThat(send(target)).isEqualTo("taken by localhost");
      assertThat(server.heard().subList(0, 3))
          .containsExactly("EHLO a.example", "STARTTLS", "tls EHLO a.example");
      assertThat(server.heard().get(3)).startsWith("tls AUTH PLAIN");
      assertThat(server.heard()).filteredOn(line -> !line.startsWith("tls ")).hasSize(2);

      Failed other = failure(target(server.port(), "caFile", ca, "host", "127.0.0.1"));
      assertThat(other).hasMessage("its certificate is not for 127.0.0.1");
    }
    try (ScriptedSmtp server =
        new ScriptedSmtp(peer -> peer.serve(List.of("AUTH PLAIN"), Map.of(), identity))) {
      Failed failed = failure(target(server.port(), "user", "me", "password", SECRET));
      assertThat(failed).hasMessageStartingWith("it offers no STARTTLS");
      assertThat(server.heard())
          .noneMatch(line -> line.startsWith("AUTH") || line.startsWith("MAIL"));
    }
  }

  @Test
  void whatIsRefusedForGoodIsNotTriedAgain() throws Exception {
    record Case(String command, String answer, String words, boolean worthAnother) {}
    for (Case one :
        List.of(
            new Case("RCPT", "554 5.7.1 Relay access denied " + SECRET, "(554)", false),
            new Case("RCPT", "554 5.7.1 Relay access denied", "5.7.1 Relay access denied", false),
            new Case("RCPT", "450 4.2.0 Greylisted", "it refuses on-call@example.com (450", true),
            new Case("MAIL", "550 not you", "answered 550 not you", false),
            new Case("MAIL", "421 later", "answered 421 later", true),
            new Case("DATA", "451 later", "answered 451 later", true),
            new Case("EHLO", "250 nothing", "it offers no log-in", false),
            new Case("AUTH", "454 " + SECRET, "the log-in was refused (454)", true))) {
      try (ScriptedSmtp server =
          new ScriptedSmtp(
              peer ->
                  peer.serve(
                      List.of("AUTH LOGIN PLAIN"),
                      Map.of(one.command(), one.answer()),
                      identity))) {
        Failed failed =
            failure(target(server.port(), "security", "none", "user", "me", "password", SECRET));
        assertThat(failed).as(one.toString()).hasMessageContaining(one.words());
        assertThat(failed.worthAnother()).as(one.toString()).isEqualTo(one.worthAnother());
      }
    }
  }

  @Test
  void whoeverCanGetItGetsItOnce() throws Exception {
    try (ScriptedSmtp server =
        new ScriptedSmtp(
            peer -> peer.serve(List.of(), Map.of("RCPT TO:<SECOND", "450 full"), identity))) {
      Failed failed = failure(target(server.port(), "security", "none"));
      assertThat(failed).hasMessage("taken for 1 of 2; it refuses second@example.com (450 full)");
      assertThat(failed.worthAnother()).isFalse();
      assertThat(server.heard()).contains(".");
    }
  }

  @Test
  void aServerThatTalksWithoutEndIsLeft() throws Exception {
    for (String endless : List.of("220-and more\r\n", "220 x".repeat(100))) {
      try (ScriptedSmtp server =
          new ScriptedSmtp(
              peer -> {
                while (true) {
                  peer.say(endless);
                }
              })) {
        Failed failed = failure(target(server.port(), "security", "none"));
        assertThat(failed).hasMessageStartingWith("it answers without end");
        assertThat(failed.worthAnother()).isFalse();
      }
    }
  }

  @Test
  void aServerThatSaysNothingIsLeftAndTriedAgain() throws Exception {
    for (String security : List.of("none", "starttls", "tls")) {
      try (ScriptedSmtp server = new ScriptedSmtp(ScriptedSmtp.Peer::keepSilent)) {
        EmailTarget target = target(server.port(), "security", security);
        Mail impatient = new Mail(Clock.systemUTC(), Duration.ofMillis(300));
        Failed failed = catchThrowableOfType(Failed.class, () -> impatient.send(target, message()));
        assertThat(failed).as(security).hasMessageContaining("does not answer in time");
        assertThat(failed.worthAnother()).isTrue();
      }
    }
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aServerThatSaysALittleNowAndThenIsLeftInTheEnd() throws Exception {
    try (ScriptedSmtp server =
        new ScriptedSmtp(
            peer -> {
              while (true) {
                peer.say("2");
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
              }
            })) {
      EmailTarget target = target(server.port(), "security", "none");
      Mail impatient = new Mail(Clock.systemUTC(), Duration.ofMillis(500));
      Failed failed = catchThrowableOfType(Failed.class, () -> impatient.send(target, message()));
      assertThat(failed).hasMessageContaining("does not answer in time");
      assertThat(failed.worthAnother()).isTrue();
    }
  }

  @Test
  void aServerThatEndsAmidTheMessageIsTriedAgain() throws Exception {
    try (ScriptedSmtp server =
        new ScriptedSmtp(
            peer -> {
              peer.say("220 here\r\n");
              while (!peer.line().equals("DATA")) {
                peer.say("250 ok\r\n");
              }
              peer.say("354 go\r\n");
              peer.line();
            })) {
      Failed failed = failure(target(server.port(), "security", "none"));
      assertThat(failed).hasMessageContaining("was lost");
      assertThat(failed.worthAnother()).isTrue();
    }
  }

  @Test
  void nobodyThereAndAddressesOfTheLinkAreSaid() throws Exception {
    // Bound and not listening: no other process gets its port meanwhile.
    try (Socket closed = new Socket()) {
      closed.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Failed failed = failure(target(closed.getLocalPort()));
      assertThat(failed).hasMessageContaining("takes no connections");
      assertThat(failed.worthAnother()).isTrue();
    }
    assertThat(failure(target(25, "host", "169.254.169.254"))).hasMessageStartingWith("refused");
    assertThat(failure(target(25, "caFile", "/no/such/file")))
        .hasMessageStartingWith("caFile cannot be used");
    // One such as /dev/zero or a pipe is read without end.
    assertThat(failure(target(25, "caFile", "/dev/null")))
        .hasMessage("caFile is no regular file, or has more than 1 MiB");
  }
}
