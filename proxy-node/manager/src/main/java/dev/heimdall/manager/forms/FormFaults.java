package dev.heimdall.manager.forms;

import dev.heimdall.model.Problem;
import dev.heimdall.model.SettingField;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which fields of a form problems are about. */
final class FormFaults {
  private static final Pattern ITEM = Pattern.compile("([A-Za-z.]+)\\[([0-9]{1,9})\\]");

  private final Set<String> names = new HashSet<>();
  private final FormInput.Applied applied;
  private final Map<String, String> faults = new TreeMap<>();
  private final List<Problem> others = new ArrayList<>();

  private FormFaults(FormInput.Applied applied) {
    this.applied = applied;
  }

  static FormFaults of(
      List<Problem> problems,
      String document,
      List<SettingField> fields,
      FormInput.Applied applied) {
    FormFaults faults = new FormFaults(applied);
    faults.name(fields, "");
    problems.forEach(problem -> faults.add(problem, document));
    return faults;
  }

  /** By the names of fields. */
  Map<String, String> byField() {
    return faults;
  }

  /** What no field is about. */
  List<Problem> others() {
    return others;
  }

  /** The same as a list. */
  List<FormView.Fault> all() {
    return faults.entrySet().stream()
        .map(fault -> new FormView.Fault(fault.getKey(), fault.getKey(), fault.getValue()))
        .toList();
  }

  private void name(List<SettingField> fields, String prefix) {
    for (SettingField field : fields) {
      String name = prefix + field.key();
      names.add(name);
      if (field.kind() == SettingField.Kind.SECTIONS) {
        List<Integer> numbers = applied.kept().getOrDefault(name, List.of());
        numbers.forEach(number -> name(field.inside(), FormInput.item(name, number) + "."));
      } else if (field.kind() == SettingField.Kind.SECTION) {
        name(field.inside(), name + ".");
      }
    }
  }

  private void add(Problem problem, String document) {
    String name = problem.file().equals(document) ? field(problem.path()) : "";
    if (name.isEmpty()) {
      others.add(problem);
    } else {
      faults.merge(name, words(problem), (one, other) -> one + "; " + other);
    }
  }

  /** The field that shows what is at a path, or what holds that; empty: none does. */
  private String field(String path) {
    if (!path.startsWith("$.")) {
      return "";
    }
    String name = inForm(path.substring(2));
    while (!name.isEmpty() && !names.contains(name)) {
      int shorter = Math.max(name.lastIndexOf('.'), name.lastIndexOf('['));
      name = shorter < 0 ? "" : name.substring(0, shorter);
    }
    return name;
  }

  /** Objects have other numbers in the form, where some are removed. */
  private String inForm(String path) {
    Matcher item = ITEM.matcher(path);
    if (!item.lookingAt()) {
      return path;
    }
    List<Integer> numbers = applied.kept().getOrDefault(item.group(1), List.of());
    int place = Integer.parseInt(item.group(2));
    return place < numbers.size()
        ? FormInput.item(item.group(1), numbers.get(place)) + path.substring(item.end())
        : path;
  }

  private static String words(Problem problem) {
    return "got %s, expected %s%s"
        .formatted(
            problem.got(),
            problem.expected(),
            problem.suggestion().map(near -> "; did you mean \"" + near + "\"?").orElse(""));
  }
}
