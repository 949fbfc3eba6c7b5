package dev.heimdall.manager.accounts;

import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All accounts, and what holds for all of them.
 *
 * @param accounts by their names
 * @param twoFactors roles that need a second factor
 */
record AccountBook(SortedMap<String, Account> accounts, Set<Role> twoFactors) {
  AccountBook with(Account account) {
    SortedMap<String, Account> next = new TreeMap<>(accounts);
    next.put(account.name(), account);
    return new AccountBook(next, twoFactors);
  }

  AccountBook without(String name) {
    SortedMap<String, Account> next = new TreeMap<>(accounts);
    next.remove(name);
    return new AccountBook(next, twoFactors);
  }
}
