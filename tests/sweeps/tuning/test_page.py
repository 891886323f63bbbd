"""report.html of a tuning."""

import html
import re

from cnnlab.outputs.status import write_status
from cnnlab.sweeps.tuning.importance import Importance
from cnnlab.sweeps.tuning.page import render, write_page
from cnnlab.sweeps.tuning.tuned import read_tuned
from tests.sweeps.tuning.tuning_maker import COMMAND, written


def test_page_says_what_the_terminal_says_and_shows_every_trial(tmp_path):
    tuned = read_tuned(written(tmp_path, accuracies=(0.7, None, 0.9))[0])
    text = html.unescape(render(tuned, [Importance("optimizer.lr", 0.7, 0.5, 0.9, 0.2)]))
    assert "The best of 3 trials (1 refused) on validation is trial 2, with 90.00 %" in text
    assert COMMAND in text
    assert len(re.findall(r'<tr><th scope="row">\d+</th>', text)) == 3
    assert '<tr><th scope="row">optimizer.lr</th><td class="number">70</td>' in text
    assert "no more than chance" not in text.partition("How much the settings matter</h2>")[2].partition("</table>")[0]


def test_page_asks_for_nothing_from_elsewhere(tmp_path):
    path = write_page(read_tuned(written(tmp_path)[0]), [])
    text = path.read_text()
    assert path.name == "report.html"
    assert not re.search(r'(?:src|href)="(?!data:)', text)
    assert "Not known from so few trials." in text


def test_names_are_text(tmp_path):
    words = ("optimizer.lr=log(1e-4,1)", "note=<b>,x")
    text = render(read_tuned(written(tmp_path, words=words)[0]), [])
    assert "<b>," not in text
    assert "&lt;b&gt;" in text


def test_without_a_finished_trial_there_is_a_page_all_the_same(tmp_path):
    text = render(read_tuned(written(tmp_path, accuracies=(None, None), fresh=())[0]), [])
    assert "No trial is finished, of 2 trials (2 refused): nothing can be said." in text


def test_page_follows_a_tuning_that_goes_on_and_is_left_alone_after_its_end(browser, tmp_path):
    study, _ = written(tmp_path)
    write_status(study, "running")
    page, said = browser.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.clock.install()
    page.goto(write_page(read_tuned(study), []).as_uri())
    assert page.locator("#live").inner_text().startswith("The sweep goes on, and this page follows it.")
    write_status(study, "finished")
    write_page(read_tuned(study), [])
    page.clock.fast_forward(16_000)
    page.locator("#live").wait_for(state="detached")
    page.close()
    assert said == []
