package dev.heimdall.manager.accounts;

import dev.heimdall.secrets.StoreException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The second factors of accounts: offered, switched on by a first code, asked for, and removed.
 * What was taken is written down before it counts, so that no code is good for a second log-in,
 * whichever manager is asked.
 */
public final class SecondFactors {
  private final Accounts accounts;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  public SecondFactors(Accounts accounts, Clock clock) {
    this.accounts = accounts;
    this.clock = clock;
  }

  /**
   * Makes a secret for an account, which asks for nothing yet; one that was offered before is void.
   *
   * @return the secret, in Base32
   */
  public String offer(String name) throws AccountRefused, StoreException {
    byte[] secret = new byte[Totp.SECRET_BYTES];
    random.nextBytes(secret);
    SecondFactor offered = new SecondFactor(Totp.base32(secret), false, 0, List.of());
    accounts.changed(
        name,
        account -> {
          if (account.asksForCode()) {
            throw AccountRefused.wrong("This account has a second factor: remove it first.");
          }
          return account.with(Optional.of(offered));
        });
    return offered.secret();
  }

  /**
   * Switches on what was offered, once its authenticator has shown a code.
   *
   * @return recovery codes, which are not shown again
   */
  public List<String> confirm(String name, String code) throws AccountRefused, StoreException {
    List<String> recovery = RecoveryCodes.make(random);
    List<String> hashes = recovery.stream().map(RecoveryCodes::hash).toList();
    accounts.changed(
        name,
        account -> {
          SecondFactor offered =
              account
                  .factor()
                  .filter(factor -> !factor.on())
                  .orElseThrow(
                      () -> AccountRefused.wrong("No second factor is being set up: begin again."));
          OptionalLong step = step(offered, code);
          if (step.isEmpty()) {
            throw AccountRefused.wrong(
                "This is not the code that the authenticator shows now. Its clock has to be right,"
                    + " and the key the one that is shown here.");
          }
          return account.with(
              Optional.of(new SecondFactor(offered.secret(), true, step.getAsLong(), hashes)));
        });
    return recovery;
  }

  /** Result of checking a code. */
  public enum Code {
    /** None of the account's, or one that was taken before. */
    WRONG,
    /** The one that the authenticator shows. */
    CURRENT,
    /** One of those for a user who has lost it. */
    RECOVERY
  }

  /**
   * Checks a code, which is used up afterwards.
   *
   * @throws StoreException when that cannot be written down: then no user is let in
   */
  public Code take(String name, String code) throws StoreException {
    try {
      AtomicReference<Code> taken = new AtomicReference<>(Code.WRONG);
      accounts.changed(
          name,
          account -> {
            SecondFactor factor =
                account
                    .factor()
                    .filter(SecondFactor::on)
                    .orElseThrow(() -> AccountRefused.wrong("This account has no second factor."));
            OptionalLong step = step(factor, code);
            taken.set(step.isPresent() ? Code.CURRENT : Code.RECOVERY);
            return account.with(
                Optional.of(
                    step.isPresent()
                        ? new SecondFactor(
                            factor.secret(), true, step.getAsLong(), factor.recovery())
                        : without(factor, code)));
          });
      return taken.get();
    } catch (AccountRefused e) {
      return Code.WRONG;
    }
  }

  private static SecondFactor without(SecondFactor factor, String code) throws AccountRefused {
    List<String> left = new ArrayList<>(factor.recovery());
    if (!left.remove(RecoveryCodes.hash(code))) {
      throw AccountRefused.wrong("This is no code of the account, or it was taken before.");
    }
    return new SecondFactor(factor.secret(), true, factor.step(), left);
  }

  private OptionalLong step(SecondFactor factor, String code) {
    return Totp.step(
        Totp.bytes(factor.secret()), code.replaceAll("\\s", ""), clock.instant(), factor.step());
  }

  /** Log-ins ask for a password alone again. */
  public void remove(String name) throws AccountRefused, StoreException {
    accounts.changed(
        name,
        account -> {
          if (account.factor().isEmpty()) {
            throw AccountRefused.wrong("This account has no second factor.");
          }
          return account.with(Optional.empty());
        });
  }
}
