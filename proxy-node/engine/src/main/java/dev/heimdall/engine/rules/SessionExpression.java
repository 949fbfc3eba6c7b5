package dev.heimdall.engine.rules;

import com.google.re2j.Pattern;
import dev.heimdall.model.Cidr;
import dev.heimdall.model.RuleExpression;
import dev.heimdall.model.Specifier;
import dev.heimdall.model.Template;
import java.util.List;

/** One expression about the session. */
final class SessionExpression {
  private final int id;
  private final Specifier specifier;
  private final List<String> values;

  SessionExpression(int id, RuleExpression expression) {
    this.id = id;
    this.specifier = expression.specifier();
    this.values = expression.values();
  }

  int id() {
    return id;
  }

  boolean matches(SessionFacts facts) {
    return switch (specifier) {
      case USERS -> whole(facts.user(), facts);
      case LDAPGROUPS -> facts.ldapGroups().stream().anyMatch(group -> whole(group, facts));
      case CATALOG -> whole(facts.catalog(), facts);
      case CATALOGPREFIX ->
          values.stream()
              .map(prefix -> Template.replace(prefix, facts::builtIn).orElseThrow())
              .anyMatch(facts.catalog()::startsWith);
      case APPNAME -> whole(facts.applicationName(), facts);
      case PORTS -> values.contains(Integer.toString(facts.port()));
      default ->
          facts.address() != null
              && values.stream().anyMatch(value -> network(value).contains(facts.address()));
    };
  }

  private boolean whole(String name, SessionFacts facts) {
    for (String regex : values) {
      String filled =
          Template.replace(regex, variable -> Pattern.quote(facts.builtIn(variable))).orElseThrow();
      if (Pattern.compile(filled).matcher(name).matches()) {
        return true;
      }
    }
    return false;
  }

  private static Cidr network(String value) {
    return Cidr.ofAddressOrNetwork(value);
  }
}
