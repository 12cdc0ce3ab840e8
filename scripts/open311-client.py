"""Two public Open311 clients against a running server: `three` discovers, files, lists by page and follows; `georeport` reads in JSON and XML.

usage: open311-client.py http://127.0.0.1:8080/open311/v2 API_KEY JURISDICTION
needs: pip install -r scripts/open311-client.txt
"""

import itertools
import sys
import time

# `three` was written for Python 2, where this stood under another name; the library itself is used as it comes.
itertools.ifilter = filter  # type: ignore[attr-defined]

import requests  # noqa: E402
from georeport import GeoReport  # noqa: E402
from three import Three  # noqa: E402

SECRETS = ("139", "小二", "wang@", "不亮", "29.8163")


def file(city: Three, code: str, nth: int) -> str:
    # `post` turns `name` into first and last name, and attributes go as `attribute[code]`.
    filed = city.post(
        code,
        description=f"第{nth}个路口路灯不亮，晚上看不清路",
        address="中河街道宋诏桥社区门口",
        lat="29.8163",
        long="121.5472",
        name="王 小二",
        phone="13912345678",
        email="wang@example.com",
        **{"attribute[kind]": "complaint", "attribute[urgent]": "no"},
    )
    return filed[0]["service_request_id"]


def main() -> None:
    endpoint, key, jurisdiction = sys.argv[1:4]
    city = Three(endpoint, api_key=key, jurisdiction=jurisdiction)

    found = city.discovery()["endpoints"][0]
    assert found["specification"] == "http://wiki.open311.org/GeoReport_v2", found
    assert found["url"].rstrip("/") == endpoint.rstrip("/"), found

    services = city.services()
    assert services and all(one["service_name"] and one["metadata"] for one in services)
    code = next(one["service_code"] for one in services if one["group"] == "现场处置")
    definition = city.services(code)
    attributes = {one["code"]: [value["key"] for value in one["values"]] for one in definition["attributes"]}
    assert "complaint" in attributes["kind"] and attributes["urgent"] == ["no", "yes"], attributes

    numbers = [file(city, code, nth) for nth in (1, 2, 3)]
    assert len(set(numbers)) == 3, numbers
    pages = [city.requests(code, status="open", count=2, page=page) for page in (1, 2)]
    listed = [one["service_request_id"] for page in pages for one in page]
    assert [len(page) for page in pages] == [2, 1] and sorted(listed) == sorted(numbers), listed
    assert city.requests(code, status="closed") == []
    assert city.request(numbers[0])[0]["status"] == "open"

    number = numbers[0]
    for form in ("json", "xml"):
        reader = GeoReport(endpoint, jurisdiction, output_format=form)
        assert code in str(reader.get_service_list()) and "complaint" in str(reader.get_service_definition(code))
        seen = [reader.get_service_requests(service_request_id=number), reader.get_service_request(number)]
        text = str(seen)
        assert text.count(number) == 2 and code in text, text
        assert not any(secret in text for secret in SECRETS), text
    start = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() - 86_400))
    since = GeoReport(endpoint, jurisdiction).get_service_requests(service_code=code, start_date=start, status="open")
    assert number in [one["service_request_id"] for one in since]

    # The updates extension, which neither library knows, and what is refused: in the standard's own shape.
    told = requests.post(
        f"{endpoint}/servicerequestupdates.json",
        data={"api_key": key, "service_request_id": number, "update_id": "u1", "description": "灯罩也坏了"},
        timeout=10,
    )
    assert told.status_code == 201 and told.json()[0]["update_id"] == "u1", told.text
    for _ in range(100):
        updates = requests.get(f"{endpoint}/servicerequestupdates.json", params={"service_request_id": number}, timeout=10).json()
        if updates:
            break
        time.sleep(0.1)
    assert updates and updates[0]["service_request_id"] == number and updates[0]["status"] == "open", updates
    refused = Three(endpoint, api_key="guess", jurisdiction=jurisdiction).post(code, description="x", address="y")
    assert refused[0]["code"] == 403 and refused[0]["description"], refused
    missing = requests.get(f"{endpoint}/requests/NONE.xml", timeout=10)
    assert missing.status_code == 404 and "<errors><error><code>404</code>" in missing.text, missing.text
    odd = requests.post(f"{endpoint}/requests.json", json={"api_key": key}, timeout=10)
    assert odd.status_code == 400 and odd.json()[0]["code"] == 400, odd.text
    print(f"filed {', '.join(numbers)}; listed by page, followed, added to; JSON and XML")


if __name__ == "__main__":
    main()
