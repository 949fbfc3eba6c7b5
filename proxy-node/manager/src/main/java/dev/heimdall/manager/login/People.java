package dev.heimdall.manager.login;

import dev.heimdall.manager.accounts.Account;
import dev.heimdall.manager.accounts.Accounts;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.secrets.StoreException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Log-ins by accounts of people. One that there is not takes as long as one that there is. */
final class People {
  private final Accounts accounts;
  private final PasswordHash hashes;
  private final Proofs proofs;
  private final AccountGuesses guesses;

  People(Accounts accounts, PasswordHash hashes, LongSupplier nanoClock) {
    this.accounts = accounts;
    this.hashes = hashes;
    proofs = new Proofs(nanoClock);
    guesses = new AccountGuesses(nanoClock);
  }

  Optional<Account> find(String name) throws StoreException {
    return accounts.find(name);
  }

  /** A password that is tried at an account, which there may not be. */
  final class Attempt implements Guesses.Try {
    private final Optional<Account> account;
    private final Shown shown;
    private final InetAddress from;
    private Duration wait = Duration.ZERO;
    private boolean busy;

    Attempt(Optional<Account> account, Shown shown, InetAddress from) {
      this.account = account.filter(known -> !known.disabled());
      this.shown = shown;
      this.from = from;
    }

    @Override
    public boolean right() {
      return account.isPresent() && proofs.has(account.get(), shown.password());
    }

    @Override
    public boolean rightByNow() {
      wait = guesses.take(shown.user(), from);
      if (!wait.isZero()) {
        return false;
      }
      try {
        boolean right =
            account.isPresent()
                ? hashes.is(account.get().hash(), shown.password())
                : hashes.isNobodys(shown.password());
        if (right) {
          proofs.keep(account.get(), shown.password());
          guesses.right(shown.user(), from);
        }
        return right;
      } catch (PasswordHash.Busy e) {
        busy = true;
        return false;
      }
    }

    /** How long this account has to be left alone; then nothing was looked at. */
    Duration pause() {
      return wait;
    }

    /** Whether nothing was looked at, because too many log in. */
    boolean busy() {
      return busy;
    }
  }
}
