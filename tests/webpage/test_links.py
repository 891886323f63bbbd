from pathlib import Path

from cnnlab.webpage.links import address_of


def test_address_leads_from_the_page_whatever_the_name():
    assert address_of(Path("outputs/runs/a b/x#1.png"), beside=Path("outputs/study")) == "../runs/a%20b/x%231.png"
