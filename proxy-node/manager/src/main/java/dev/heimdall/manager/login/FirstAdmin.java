package dev.heimdall.manager.login;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user who is there before there are accounts: his password is one that was put somewhere for
 * the manager, or that it has made. Once he has an account with one of his own, a password that the
 * manager has made ends.
 */
final class FirstAdmin implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private final PasswordSource source;
  private final KnownPassword password;
  private final boolean elsewhere;
  private final boolean mustChange;
  private volatile boolean superseded;

  /**
   * @param elsewhere true if the password is kept and changed elsewhere
   */
  FirstAdmin(PasswordSource source, boolean elsewhere, LongSupplier nanoClock) {
    this(source, elsewhere, false, nanoClock);
  }

  private FirstAdmin(
      PasswordSource source, boolean elsewhere, boolean mustChange, LongSupplier nanoClock) {
    this.source = source;
    this.elsewhere = elsewhere;
    this.mustChange = mustChange;
    password = new KnownPassword(source, nanoClock);
  }

  static FirstAdmin with(PasswordPlace place, LongSupplier nanoClock) throws PasswordException {
    FirstAdmin first =
        new FirstAdmin(
            source(place),
            place.isElsewhere(),
            place instanceof PasswordPlace.OfInstance,
            nanoClock);
    // What is wrong with its place is told now and not at the first log-in.
    Thread look = new Thread(first.password::look, "manager-password");
    look.setDaemon(true);
    look.start();
    return first;
  }

  private static PasswordSource source(PasswordPlace place) throws PasswordException {
    if (place instanceof PasswordPlace.InSecret in) {
      return SecretPassword.open(in.secret());
    }
    if (place instanceof PasswordPlace.OfInstance of) {
      LOG.info(
          "the password of the user admin is the id of this instance, until he changes it at his"
              + " first log-in");
      return of::id;
    }
    PasswordSource file =
        place instanceof PasswordPlace.InFile in
            ? PasswordSource.of(in, PasswordFile.OF_ADMIN)
            : PasswordFile.made(((PasswordPlace.Made) place).directory());
    file.read();
    return file;
  }

  /** True if the password is kept elsewhere: then an account can take nothing from it. */
  boolean isElsewhere() {
    return elsewhere;
  }

  /** True if the password counts although it is unknown whether there is an account. */
  boolean holdsWithoutAccounts() {
    return !mustChange;
  }

  /** True if others than the user know the password. */
  boolean mustChange() {
    return mustChange;
  }

  /** He has an account. */
  void supersede() {
    if (!superseded && !elsewhere) {
      superseded = true;
      source.supersede();
    }
  }

  /** Identifies the current password by a word that reveals no more. */
  String generation() {
    password.look();
    return superseded ? "none" : password.generation();
  }

  /** Waits for the first reading of the password. */
  void known() throws PasswordException {
    password.known();
  }

  /** Both parts are looked at in any case: the time it takes tells nothing. */
  Guesses.Try attempt(ShownPassword shown) {
    boolean user = same(LogIn.USER, shown.user()) & !superseded;
    return new Guesses.Try() {
      @Override
      public boolean right() {
        return user & password.is(shown.password());
      }

      @Override
      public boolean rightByNow() {
        return user & password.isByNow(shown.password());
      }
    };
  }

  private static boolean same(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    password.close();
  }
}
