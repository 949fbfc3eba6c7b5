package dev.heimdall.manager.accounts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.store.SharedDocument;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.StoreException;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Accounts, as JSON. */
final class AccountsForm implements SharedDocument.Form<AccountBook> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public AccountBook read(Optional<Content> written) throws StoreException {
    SortedMap<String, Account> accounts = new TreeMap<>();
    Set<Role> twoFactors = EnumSet.noneOf(Role.class);
    if (written.isEmpty()) {
      return new AccountBook(accounts, twoFactors);
    }
    try {
      JsonNode root = JSON.readTree(written.get().bytes());
      for (JsonNode role : root.path("twoFactors")) {
        Role.of(role.asText()).ifPresent(twoFactors::add);
      }
      for (JsonNode one : root.path("accounts")) {
        String name = one.path("name").asText();
        Role role =
            Role.of(one.path("role").asText())
                .orElseThrow(() -> new IOException("nobody knows the role of " + name));
        accounts.put(
            name,
            new Account(
                name,
                role,
                one.path("password").asText(),
                one.path("mustChange").asBoolean(),
                one.path("disabled").asBoolean(),
                factor(one.path("secondFactor")),
                mark(one.path("created")),
                mark(one.path("changed"))));
      }
      return new AccountBook(accounts, twoFactors);
    } catch (IOException | DateTimeParseException e) {
      // What the parser says may quote a hash.
      throw StoreException.corrupt("The manager's accounts.json is not as the manager writes it.");
    }
  }

  private static Optional<SecondFactor> factor(JsonNode written) {
    if (!written.isObject()) {
      return Optional.empty();
    }
    List<String> recovery = new ArrayList<>();
    written.path("recovery").forEach(hash -> recovery.add(hash.asText()));
    return Optional.of(
        new SecondFactor(
            written.path("secret").asText(),
            written.path("on").asBoolean(),
            written.path("step").asLong(),
            recovery));
  }

  private static Account.Mark mark(JsonNode mark) {
    return new Account.Mark(mark.path("by").asText(), Instant.parse(mark.path("at").asText()));
  }

  @Override
  public Content write(AccountBook book) {
    ObjectNode all = JSON.createObjectNode();
    ArrayNode roles = all.putArray("twoFactors");
    book.twoFactors().stream().sorted().forEach(role -> roles.add(role.spelling()));
    ArrayNode list = all.putArray("accounts");
    for (Account account : book.accounts().values()) {
      ObjectNode one =
          list.addObject()
              .put("name", account.name())
              .put("role", account.role().spelling())
              .put("password", account.hash())
              .put("mustChange", account.mustChange())
              .put("disabled", account.disabled());
      account.factor().ifPresent(factor -> write(factor, one.putObject("secondFactor")));
      write(account.created(), one.putObject("created"));
      write(account.changed(), one.putObject("changed"));
    }
    return Content.of(all.toPrettyString() + "\n");
  }

  private static void write(SecondFactor factor, ObjectNode into) {
    into.put("secret", factor.secret()).put("on", factor.on()).put("step", factor.step());
    factor.recovery().forEach(into.putArray("recovery")::add);
  }

  private static void write(Account.Mark mark, ObjectNode into) {
    into.put("by", mark.by()).put("at", mark.at().toString());
  }
}
