package dev.heimdall.test.mysql;

import dev.heimdall.test.fixture.MysqlRelease;
import java.util.List;
import org.junit.jupiter.api.Tag;

@Tag("ci")
class MysqlHiddenBodiesIT extends HiddenBodiesContract {
  MysqlHiddenBodiesIT() {
    super(MysqlRelease.MYSQL, List.of("blank", "oracle", "brackets"));
  }
}
