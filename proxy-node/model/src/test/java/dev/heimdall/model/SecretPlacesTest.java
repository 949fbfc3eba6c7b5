package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretPlacesTest {
  private static List<String> secrets(String text) {
    return SecretPlaces.in(text).orElseThrow().stream()
        .map(place -> text.substring(place.start(), place.end()))
        .toList();
  }

  private static void addSecrets(Type type, Set<Type> seen, List<String> names) {
    if (type instanceof ParameterizedType generic) {
      for (Type argument : generic.getActualTypeArguments()) {
        addSecrets(argument, seen, names);
      }
    }
    if (!(type instanceof Class<?> plain) || !plain.isRecord() || !seen.add(type)) {
      return;
    }
    for (RecordComponent component : plain.getRecordComponents()) {
      if (component.getGenericType().getTypeName().contains(Secret.class.getName())) {
        names.add(component.getName());
      }
      addSecrets(component.getGenericType(), seen, names);
    }
  }

  @Test
  void everySecretSettingOfTheModelIsOne() {
    List<String> names = new ArrayList<>();
    addSecrets(Configuration.class, new HashSet<>(), names);
    assertThat(names).contains("password", "verifier", "serverPassword", "fleetKey");
    for (String name : names) {
      assertThat(secrets("{\"%s\": \"canary\"}".formatted(name)))
          .as(name)
          .containsExactly("\"canary\"");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"Password\": \"canary\"}",
        "{\"pasword\" : \"canary\"}",
        "{\"a\": [{\"b\": {\"password\": \"canary\"}}]}",
        "{\"password\": [\"canary\"]}",
        "{\"passwords\": {\"alice\": {\"x\": \"canary\"}}}",
        "{\"url\": \"jdbc:postgresql://u:canary@db/x\"}",
        "{\"url\": \"jdbc:postgresql://db/x?password=canary\"}",
        "{\"url\": \"jdbc:sqlserver://db;pwd=canary\"}",
        "{\"password\": \"can\\\"ary}\\\\\"}",
        "{\"password\": 7123}",
        "{\"password\":7123,\"x\":1}"
      })
  void whatIsSecretIsFoundAsItIsWritten(String text) {
    List<String> found = secrets(text);
    assertThat(found).hasSize(1);
    assertThat(text.replace(found.get(0), "")).doesNotContain("canary", "ary", "7123");
  }

  @Test
  void whatIsNotSecretIsNot() {
    assertThat(
            secrets(
                """
                {"url": "jdbc:postgresql://db:5432/shop", "user": "alice", "ports": [1, 2],
                 "password": null, "credentials": {"secret": "prod/shop"}, "comment": "a: // b",
                 "tls": {"keyFile": "tls/key.pem"}}
                """))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"password\": \"canary", "{\"password\": canary}", "{\"a\": 1", "x"})
  void ofWhatIsNoJsonNothingIsSaid(String text) {
    assertThat(SecretPlaces.in(text)).isEmpty();
  }
}
