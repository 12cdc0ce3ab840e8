"""Two public Open311 clients against a running server: file (three), list and follow (georeport), JSON and XML.

usage: open311-client.py http://127.0.0.1:8080/open311/v2 API_KEY JURISDICTION
needs: pip install georeport three relaxml simplejson requests
"""

import itertools
import sys
import time

# `three` was written for Python 2, where these stood under other names; the library itself is used as it comes.
itertools.ifilter = filter  # type: ignore[attr-defined]

from georeport import GeoReport  # noqa: E402
from three import Three  # noqa: E402


def main() -> None:
    endpoint, key, jurisdiction = sys.argv[1:4]
    city = Three(endpoint, api_key=key, jurisdiction=jurisdiction)
    services = GeoReport(endpoint, jurisdiction).get_service_list()
    assert services and all(service["service_name"] for service in services)
    code = next(s["service_code"] for s in services if s["group"] == "现场处置")
    definition = GeoReport(endpoint, jurisdiction).get_service_definition(code)
    assert definition["attributes"][0]["code"] == "kind"

    # `three` sends a form; its `post` also takes names and numbers.
    filed = city.post(
        code,
        description="路口路灯不亮，晚上看不清路",
        address="中河街道宋诏桥社区门口",
        lat="29.8163",
        long="121.5472",
        name="王 小二",
        phone="13912345678",
        email="wang@example.com",
    )
    number = filed[0]["service_request_id"]

    for form in ("json", "xml"):
        city = GeoReport(endpoint, jurisdiction, output_format=form)
        listed = city.get_service_requests(service_request_id=number)
        listed = listed if isinstance(listed, list) else [listed]
        assert [one["service_request_id"] for one in listed] == [number]
        one = city.get_service_request(number)
        assert one["status"] == "open" and one["service_code"] == code, one
        text = str(listed) + str(one)
        for secret in ("139", "小二", "wang@", "不亮", "29.8163"):
            assert secret not in text, secret
    start = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() - 86_400))
    found = GeoReport(endpoint, jurisdiction).get_service_requests(service_code=code, start_date=start, status="open")
    assert number in [one["service_request_id"] for one in found]
    print(f"filed {number}; listed and followed in JSON and XML")


if __name__ == "__main__":
    main()
