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
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Accounts by their names, as JSON. */
final class AccountsForm implements SharedDocument.Form<SortedMap<String, Account>> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public SortedMap<String, Account> read(Optional<Content> written) throws StoreException {
    SortedMap<String, Account> accounts = new TreeMap<>();
    if (written.isEmpty()) {
      return accounts;
    }
    try {
      for (JsonNode one : JSON.readTree(written.get().bytes()).path("accounts")) {
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
                mark(one.path("created")),
                mark(one.path("changed"))));
      }
      return accounts;
    } catch (IOException | DateTimeParseException e) {
      // What the parser says may quote a hash.
      throw StoreException.corrupt("The manager's accounts.json is not as the manager writes it.");
    }
  }

  private static Account.Mark mark(JsonNode mark) {
    return new Account.Mark(mark.path("by").asText(), Instant.parse(mark.path("at").asText()));
  }

  @Override
  public Content write(SortedMap<String, Account> accounts) {
    ObjectNode all = JSON.createObjectNode();
    ArrayNode list = all.putArray("accounts");
    for (Account account : accounts.values()) {
      ObjectNode one =
          list.addObject()
              .put("name", account.name())
              .put("role", account.role().spelling())
              .put("password", account.hash())
              .put("mustChange", account.mustChange())
              .put("disabled", account.disabled());
      write(account.created(), one.putObject("created"));
      write(account.changed(), one.putObject("changed"));
    }
    return Content.of(all.toPrettyString() + "\n");
  }

  private static void write(Account.Mark mark, ObjectNode into) {
    into.put("by", mark.by()).put("at", mark.at().toString());
  }
}
