package dev.heimdall.manager.alerts;

import dev.heimdall.model.Format;
import dev.heimdall.model.Secret;
import dev.heimdall.model.Setting;
import dev.heimdall.model.Spelled;
import dev.heimdall.model.StrictDocument.Findings;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** People who get an e-mail, and the SMTP server that takes it. */
public record EmailTarget(
    @Setting(value = "The SMTP server.", required = true, format = Format.HOST) String host,
    @Setting(
            value = "Its port.",
            otherwise = "587, with `tls` 465, with `none` 25",
            range = "1..65535")
        Optional<Integer> port,
    @Setting(
            value =
                "`starttls`: the connection is encrypted before anything is sent, or nothing is;"
                    + " `tls`: from its beginning; `none`: never, and without a password. The"
                    + " server's certificate and the name in it are checked.",
            byDefault = "starttls")
        Security security,
    @Setting(
            value =
                "A PEM file of at most 1 MiB on each manager's machine with the authorities that"
                    + " the server's certificate is checked by.",
            otherwise = "the Java runtime's authorities")
        Optional<String> caFile,
    @Setting("Whom to log in as. None: without a log-in.") Optional<String> user,
    @Setting("The user's password. Never shown again.") Optional<Secret> password,
    @Setting(value = "Whom messages are from.", required = true, format = Format.MAILBOX)
        String from,
    @Setting(value = "Who gets them: 1 to 50.", required = true, format = Format.MAILBOX)
        List<String> to,
    @Setting(
            value = "The name of this machine in `EHLO`.",
            otherwise = "its address, in brackets",
            format = Format.HELO)
        Optional<String> helo,
    @Setting(value = TOLD_OF, byDefault = "warning") Severity severity,
    @Setting(value = KINDS, byDefault = "[]", format = Format.EVENT) List<String> kinds,
    @Setting(value = HOURLY, byDefault = "20", range = "1..1000", unit = "messages") int hourly)
    implements Way {
  private static final Set<String> ITSELF = Set.of("localhost", "127.0.0.1", "::1");
  private static final int MOST = 50;
  private static final int LONGEST = 2000;

  /** Encryption of the connection. */
  public enum Security implements Spelled {
    NONE(25),
    STARTTLS(587),
    TLS(465);

    private final int port;

    Security(int port) {
      this.port = port;
    }
  }

  public EmailTarget {
    to = List.copyOf(to);
    kinds = List.copyOf(kinds);
  }

  /** Port that the server listens on. */
  int serverPort() {
    return port.orElse(security.port);
  }

  @Override
  public void check(Findings findings) {
    if (to.size() > MOST) {
      findings.problem("$.to", to.size() + " addresses", "%d at most".formatted(MOST));
    }
    if (user.isPresent() != password.isPresent()) {
      findings.problem(
          user.isPresent() ? "$.password" : "$.user",
          "nothing",
          "something, as a user and a password belong together");
    }
    if (user.isPresent() && (user.get().length() > LONGEST || hasControls(user.get()))) {
      findings.problem("$.user", "something else", "a name without control characters");
    }
    if (password.isPresent()
        && (password.get().value().length() > LONGEST || hasControls(password.get().value()))) {
      findings.problem("$.password", "something else", "one without control characters");
    }
    if (security == Security.NONE
        && password.isPresent()
        && !ITSELF.contains(host.toLowerCase(Locale.ROOT))) {
      findings.problem(
          "$.security",
          "\"none\" with a password",
          "starttls or tls, as the password could be read on the way otherwise");
    }
  }

  private static boolean hasControls(String text) {
    return text.chars().anyMatch(Character::isISOControl);
  }

  @Override
  public String shown() {
    return "%s by %s".formatted(String.join(", ", to), host);
  }

  @Override
  public boolean mayKeepSecretsOf(Way before) {
    return before instanceof EmailTarget other
        && other.host.equalsIgnoreCase(host)
        && other.serverPort() == serverPort()
        && other.security == security
        && other.caFile.equals(caFile)
        && other.user.equals(user);
  }

  @Override
  public String send(Message message, Senders by) throws Failed {
    return by.mail().send(this, message);
  }
}
