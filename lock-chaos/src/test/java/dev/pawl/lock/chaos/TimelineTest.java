package dev.pawl.lock.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The picture of a violation: read as a person's eye would. */
final class TimelineTest {

    private static final Duration LEASE = Duration.ofMillis(Recorded.LEASE);

    private final Recorded recorded = new Recorded()
            .held("c0.1", 1, "a", 1, 0, 10, 500)
            .held("c1.1", 1, "a", 2, 0, 300, 700)
            .held("c2.1", 1, "a", 3, 400, 800, 850)
            .held("c3.1", 1, "b", 9, 0, 10, 500)
            .fault(FaultKind.STOP_CLIENT, "c0", 100, 200)
            .fault(FaultKind.KILL_SERVER, FaultSpan.EVERYBODY, 250, 280);

    private Document picture() throws Exception {
        History history = recorded.history();
        Violation violation = Checker.check(Recorded.STRICT, history).stream()
                .filter(found -> found.invariant() == 4)
                .findFirst()
                .orElseThrow();
        String svg = Timeline.of(history, violation, LEASE);
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    private List<Element> elements(String name, String style) throws Exception {
        NodeList all = picture().getElementsByTagName(name);
        List<Element> found = new ArrayList<>();
        for (int i = 0; i < all.getLength(); i++) {
            Element element = (Element) all.item(i);
            if (element.getAttribute("class").equals(style)) {
                found.add(element);
            }
        }
        return found;
    }

    private static int number(Element element, String attribute) {
        return Integer.parseInt(element.getAttribute(attribute));
    }

    @Test
    void thePair_isRed_andOverlapsOnTwoLanes() throws Exception {
        List<Element> pair = elements("rect", "pair");
        assertThat(pair).hasSize(2);
        assertThat(number(pair.get(0), "y")).isNotEqualTo(number(pair.get(1), "y"));
        assertThat(number(pair.get(1), "x"))
                .isBetween(number(pair.get(0), "x"), number(pair.get(0), "x") + number(pair.get(0), "width"));
    }

    @Test
    void otherHoldsOfTheLock_areShown_andOtherLocksAreNot() throws Exception {
        assertThat(elements("rect", "hold")).hasSize(1);
        assertThat(elements("text", "").stream().map(Element::getTextContent))
                .containsExactly("c0.1", "c1.1", "c2.1", "service", "resource");
    }

    @Test
    void faults_areInTheLaneThatTheyHarm() throws Exception {
        assertThat(elements("rect", "fault").stream().map(Element::getTextContent))
                .containsExactly("STOP_CLIENT for ever", "KILL_SERVER for ever");
        List<Element> faults = elements("rect", "fault");
        assertThat(number(faults.get(0), "y")).isLessThan(number(faults.get(1), "y"));
    }

    @Test
    void writes_areMarksAtTheResource() throws Exception {
        assertThat(elements("line", "accepted")).hasSize(3);
    }
}
