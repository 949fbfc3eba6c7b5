package dev.heimdall.manager.login;

import dev.heimdall.manager.observe.Line;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Log-ins as HTTP's scheme {@code Basic} has them. May be asked by any thread. */
public final class LogIn implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  /** The one user there is. */
  public static final String USER = "admin";

  private static final String SCHEME = "basic ";

  private final KnownPassword password;
  private final Guesses guesses;

  LogIn(PasswordSource source, LongSupplier nanoClock) {
    password = new KnownPassword(source, nanoClock);
    guesses = new Guesses(nanoClock);
  }

  /**
   * Opens the place of the password; a file is made if it is to be.
   *
   * @throws PasswordException when there can be no password
   */
  public static LogIn with(PasswordPlace place) throws PasswordException {
    LogIn logIn = new LogIn(source(place), System::nanoTime);
    // What is wrong with its place is told now and not at the first log-in.
    Thread first = new Thread(logIn.password::look, "manager-password");
    first.setDaemon(true);
    first.start();
    return logIn;
  }

  private static PasswordSource source(PasswordPlace place) throws PasswordException {
    if (place instanceof PasswordPlace.InSecret in) {
      return SecretPassword.open(in.secret());
    }
    PasswordFile file =
        place instanceof PasswordPlace.InFile in
            ? new PasswordFile(in.file())
            : PasswordFile.made(((PasswordPlace.Made) place).directory());
    file.read();
    return file;
  }

  /** What came of a log-in. */
  public sealed interface Outcome {
    /** It is this user. */
    record Welcome(String user) implements Outcome {}

    /** Nobody has shown who he is. */
    record Nobody() implements Outcome {}

    /** It is not who it claims to be. */
    record Refused() implements Outcome {}

    /** It has to wait, after too many wrong ones. */
    record Wait(Duration time) implements Outcome {}

    /** Nobody can be let in, as the password is not known; the log says why. */
    record Unknown() implements Outcome {}
  }

  /**
   * Judges one request.
   *
   * @param authorization the header of that name
   */
  public Outcome judge(Optional<String> authorization, InetAddress from) {
    if (authorization.isEmpty()) {
      return new Outcome.Nobody();
    }
    try {
      password.known();
    } catch (PasswordException e) {
      return new Outcome.Unknown();
    }
    Guesses.Verdict verdict = guesses.judge(from, new Shown(authorization.get()));
    if (verdict instanceof Guesses.Verdict.Right) {
      return new Outcome.Welcome(USER);
    }
    if (verdict instanceof Guesses.Verdict.Wait wait) {
      return new Outcome.Wait(wait.time());
    }
    Line.of("login refused").pair("addr", from.getHostAddress()).log(LOG, Level.WARN);
    return new Outcome.Refused();
  }

  /**
   * Which password it is by now, in a word that says no more; looks whether there is another one
   * when it has not for a while. Empty: none is known.
   */
  public Optional<String> generation() {
    password.look();
    return password.generation();
  }

  /**
   * What a request shows. Both parts are looked at in any case: the time it takes tells nothing.
   */
  private final class Shown implements Guesses.Try {
    private final String user;
    private final String word;

    Shown(String authorization) {
      String[] both = shown(authorization);
      user = both[0];
      word = both[1];
    }

    @Override
    public boolean right() {
      return same(USER, user) & password.is(word);
    }

    @Override
    public boolean rightByNow() {
      return same(USER, user) & password.isByNow(word);
    }
  }

  private static boolean same(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  /** User and password; empty ones where it is something else. */
  private static String[] shown(String authorization) {
    if (authorization.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
      try {
        String both =
            new String(
                Base64.getDecoder().decode(authorization.substring(SCHEME.length()).strip()),
                StandardCharsets.UTF_8);
        int colon = both.indexOf(':');
        if (colon >= 0) {
          return new String[] {both.substring(0, colon), both.substring(colon + 1)};
        }
      } catch (IllegalArgumentException e) {
        // It is no Base64, and nobody's password.
      }
    }
    return new String[] {"", ""};
  }

  @Override
  public void close() {
    password.close();
  }
}
