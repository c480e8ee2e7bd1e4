"""Makes a question smaller while what is wrong with it stays wrong."""
import copy


def lists_of(instance):
    """Every list from which an element may go, nearest the top first."""
    programme = instance["programme"]
    yield from (instance[name] for name in ("caps", "groups", "rules", "records"))
    yield programme["residency"]
    yield programme["buckets"]
    for rule in instance["rules"]:
        if "grants" in rule and len(rule["grants"]) > 1:
            yield rule["grants"]
        for form in ("all", "any"):
            if len(rule["source"].get(form, [])) > 1:
                yield rule["source"][form]
    for cap in instance["caps"]:
        yield from (cap[name] for name in ("per", "except") if name in cap)
    for course in programme["courses"].values():
        if len(course["buckets"]) > 1:
            yield course["buckets"]


def keys_of(instance):
    """Every (object, key) that may go."""
    programme = instance["programme"]
    objects = [(programme, ("max", "over")), (programme["courses"], list(programme["courses"]))]
    for bucket in programme["buckets"]:
        objects.append((bucket, ("min", "max", "over", "parent")))
    for rule in instance["rules"]:
        objects.append((rule, ("blocked_by", "grants_mode")))
        objects += [(grant["amount"], ("max", "round")) for grant in rule.get("grants", [])]
        if "select" in rule["source"]:
            objects.append((rule["source"]["select"], list(rule["source"]["select"])))
    for cap in instance["caps"]:
        objects += [(cap, ("over",)), (cap["scope"], list(cap["scope"]))]
    for record in instance["records"]:
        objects.append((record, ("hours", "grade", "level", "field", "sub")))
    for owner, keys in objects:
        yield from ((owner, key) for key in keys if key in owner)


def tidied(instance):
    """Without references to what is gone; None if something needs what is gone."""
    buckets = {bucket["id"] for bucket in instance["programme"]["buckets"]}
    rules = {rule["id"] for rule in instance["rules"]}
    caps = {cap["id"] for cap in instance["caps"]}
    for bucket in instance["programme"]["buckets"]:
        if bucket.get("parent", None) not in buckets | {None}:
            del bucket["parent"]
    for course in instance["programme"]["courses"].values():
        course["buckets"] = [id for id in course["buckets"] if id in buckets]
        if not course["buckets"]:
            return None
    for cap in instance["caps"]:
        of, scope = cap["limit"].get("of"), cap["scope"]
        if isinstance(of, dict) and not buckets.issuperset(of.values()):
            return None
        if "except" in cap:
            cap["except"] = [id for id in cap["except"] if id in caps]
        for name, known in (("rules", rules), ("buckets", buckets)):
            if name in scope:
                scope[name] = [id for id in scope[name] if id in known]
                if not scope[name]:
                    return None
        if not cap.get("except", True):
            del cap["except"]
        if not cap.get("per", True):
            del cap["per"]
    return instance


def candidates(instance):
    """Every question that is smaller by one step."""
    for number, items in enumerate(lists_of(instance)):
        for index in range(len(items)):
            smaller = copy.deepcopy(instance)
            del list(lists_of(smaller))[number][index]
            yield smaller
    for number in range(len(list(keys_of(instance)))):
        smaller = copy.deepcopy(instance)
        owner, key = list(keys_of(smaller))[number]
        del owner[key]
        yield smaller


def shrink(instance, is_wrong, most=3000):
    """The smallest question to be had that is still wrong, looking at no more than `most`."""
    found = True
    while found:
        found = False
        for smaller in candidates(instance):
            smaller, most = tidied(smaller), most - 1
            if most < 0:
                return instance
            if smaller is not None and is_wrong(smaller):
                instance, found = smaller, True
                break
    return instance
