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

/** Assignment of problems to the fields of a form. */
public final class FormFaults {
  private static final Pattern ITEM = Pattern.compile("([A-Za-z.]+)\\[([0-9]{1,9})\\]");

  private final Set<String> names = new HashSet<>();
  private final Set<String> texts = new HashSet<>();
  private final FormInput.Applied applied;
  private final Map<String, String> faults = new TreeMap<>();
  private final List<Problem> others = new ArrayList<>();

  private FormFaults(FormInput.Applied applied) {
    this.applied = applied;
  }

  /**
   * @param at what the paths of these fields begin with
   */
  public static FormFaults of(
      List<Problem> problems,
      String document,
      String at,
      List<SettingField> fields,
      FormInput.Applied applied) {
    FormFaults faults = new FormFaults(applied);
    faults.name(fields, "");
    for (Problem problem : problems) {
      boolean here = problem.file().equals(document) && problem.path().startsWith(at);
      faults.add(problem, here ? faults.field(problem.path().substring(at.length())) : "");
    }
    return faults;
  }

  /** By the names of fields. */
  public Map<String, String> byField() {
    return faults;
  }

  /** Problems that belong to no field. */
  public List<Problem> others() {
    return others;
  }

  public boolean isEmpty() {
    return faults.isEmpty() && others.isEmpty();
  }

  /** Faults of the fields as a list. */
  List<FormView.Fault> all() {
    return faults.entrySet().stream()
        .map(fault -> new FormView.Fault(fault.getKey(), fault.getKey(), fault.getValue()))
        .toList();
  }

  private void name(List<SettingField> fields, String prefix) {
    for (SettingField field : fields) {
      String name = prefix + field.key();
      if (field.kind() != SettingField.Kind.OTHER) {
        names.add(name);
      }
      switch (field.kind()) {
        case TEXTS -> texts.add(name);
        case SECTION -> name(field.inside(), name + ".");
        case SECTIONS -> {
          List<Integer> numbers = applied.kept().getOrDefault(name, List.of());
          numbers.forEach(number -> name(field.inside(), FormInput.item(name, number) + "."));
        }
        default -> {
          // It holds no others.
        }
      }
    }
  }

  private void add(Problem problem, String name) {
    if (name.isEmpty()) {
      others.add(problem);
    } else {
      faults.merge(name, problem.words(), (one, other) -> one + "; " + other);
    }
  }

  /** The field that shows what is at a path, or what holds that; empty: none does. */
  private String field(String path) {
    String name = inForm(path);
    while (!name.isEmpty() && !names.contains(name)) {
      int shorter = Math.max(name.lastIndexOf('.'), name.lastIndexOf('['));
      if (shorter > 0 && texts.contains(name.substring(0, shorter))) {
        return name;
      }
      name = shorter < 0 ? "" : name.substring(0, shorter);
    }
    return texts.contains(name) ? FormInput.item(name, number(name, 0)) : name;
  }

  /** Objects and texts have other numbers in the form, where some are removed. */
  private String inForm(String path) {
    Matcher item = ITEM.matcher(path);
    return item.lookingAt()
        ? FormInput.item(item.group(1), number(item.group(1), Integer.parseInt(item.group(2))))
            + path.substring(item.end())
        : path;
  }

  private int number(String name, int place) {
    List<Integer> numbers = applied.kept().getOrDefault(name, List.of());
    return place < numbers.size() ? numbers.get(place) : place;
  }
}
