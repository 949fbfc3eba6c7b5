package dev.heimdall.test.mysql;

import dev.heimdall.test.fixture.MysqlRelease;
import java.util.List;
import org.junit.jupiter.api.Tag;

@Tag("long")
class MariadbHiddenBodiesIT extends HiddenBodiesContract {
  MariadbHiddenBodiesIT() {
    super(MysqlRelease.MARIADB, List.of("gb18030"));
  }
}
