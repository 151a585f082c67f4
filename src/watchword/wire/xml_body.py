"""Values of shapes as XML elements, in both directions, compiled once per shape.

Names: a member's element is its `locationName`, else its own name. A flattened list repeats the member's
element; another list has one element per item in it (`member`, unless named). A map has `entry` elements with
`key` and `value`.
Reading refuses unknown elements, as S3 does: of a lifecycle rule whose filter is misspelt, what is left would
delete the whole bucket. Writing an unknown member is a bug of this server: KeyError.
Source: Smithy 2.0, "XML bindings"; for flattened lists with a named item, the rule of the models' own
format, that the item's name wins.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from watchword.wire import values, xml_text
from watchword.wire.shapes import Shape, compiler
from watchword.wire.xml_text import Element

Read = Callable[[Element], Any]
Write = Callable[[Any], str]
"""A value -> the content of its element."""
Add = Callable[[dict[str, Any], str, Any], None]
"""Adds the value of an element to its structure, under the member's name."""

TIMESTAMPS = "iso8601"


def element_name(shape: Shape, member: str) -> str:
    """The element of a structure's member; of each item when it is a flattened list."""
    if shape.type == "list" and shape.flattened:
        return shape.element.wire_name(shape.wire_name(member))
    return shape.wire_name(member)


# --- reading -----------------------------------------------------------------------------------------


def readers() -> Callable[[Shape], Read]:
    """A compiler: shape -> function from an element to the shape's value. It raises UnreadableError."""
    return compiler(_build_reader)


def _build_reader(shape: Shape, compile_: Callable[[Shape], Read]) -> Read:
    match shape.type:
        case "structure":
            return _structure_reader(shape, compile_)
        case "list":
            return _list_reader(shape, compile_)
        case "map":
            return _map_reader(shape, compile_)
    read = values.reader(shape, TIMESTAMPS)
    return lambda element: read(_text_of(element))


def _text_of(element: Element) -> str:
    if element.children:
        raise values.UnreadableError(f"{element.name} holds elements where text is expected")
    return element.text


def _structure_reader(shape: Shape, compile_: Callable[[Shape], Read]) -> Read:
    attributes, elements = {}, {}
    for name, member in shape.members.items():
        if member.traits.get("xmlAttribute"):
            attributes[member.wire_name(name).rpartition(":")[2]] = name
        elif not member.location:
            elements[element_name(member, name)] = (name, *_member_reader(member, compile_))

    def read(element: Element) -> dict[str, Any]:
        found: dict[str, Any] = {
            name: element.attributes[key] for key, name in attributes.items() if key in element.attributes
        }
        for child in element.children:
            if (known := elements.get(child.name)) is None:
                raise _unknown(child)
            name, read_child, add = known
            if add is _set and name in found:
                raise values.UnreadableError(f"{child.name} is given more than once")
            add(found, name, read_child(child))
        return found

    return read


def _member_reader(member: Shape, compile_: Callable[[Shape], Read]) -> tuple[Read, Add]:
    """How to read one element of a member, and how to add its value to the structure."""
    if not member.flattened:
        return compile_(member), _set
    return (compile_(member.element), _add_item) if member.type == "list" else (compile_(member), _add_entry)


def _set(found: dict[str, Any], name: str, value: object) -> None:
    found[name] = value


def _add_item(found: dict[str, Any], name: str, item: object) -> None:
    found.setdefault(name, []).append(item)


def _add_entry(found: dict[str, Any], name: str, entry: Mapping[Any, Any]) -> None:
    found.setdefault(name, {}).update(entry)


def _list_reader(shape: Shape, compile_: Callable[[Shape], Read]) -> Read:
    item_name, read_item = shape.element.wire_name("member"), compile_(shape.element)

    def read(element: Element) -> list[Any]:
        if wrong := next((child for child in element.children if child.name != item_name), None):
            raise _unknown(wrong)
        return [read_item(child) for child in element.children]

    return read


def _map_reader(shape: Shape, compile_: Callable[[Shape], Read]) -> Read:
    key_name, value_name = shape.key.wire_name("key"), shape.value.wire_name("value")
    read_key, read_value = compile_(shape.key), compile_(shape.value)

    def read_entry(entry: Element) -> dict[Any, Any]:
        parts = {child.name: child for child in entry.children}
        if key_name not in parts or value_name not in parts:
            raise values.UnreadableError(f"an entry needs {key_name} and {value_name}")
        return {read_key(parts[key_name]): read_value(parts[value_name])}

    if shape.flattened:
        return read_entry

    def read(element: Element) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for child in element.children:
            if child.name != "entry":
                raise _unknown(child)
            found.update(read_entry(child))
        return found

    return read


def _unknown(element: Element) -> values.UnreadableError:
    return values.UnreadableError(f"the element {element.name[:40]!r} isn't known here")


# --- writing -----------------------------------------------------------------------------------------


def writers(write_iso: Callable[[datetime], str] = values.write_iso) -> Callable[[Shape], Write]:
    """A compiler: shape -> function from the shape's value to the content of its element."""
    return compiler(partial(_build_writer, write_iso))


def _build_writer(
    write_iso: Callable[[datetime], str], shape: Shape, compile_: Callable[[Shape], Write]
) -> Write:
    match shape.type:
        case "structure":
            return _structure_writer(shape, compile_)
        case "list":
            name, write = shape.element.wire_name("member"), compile_(shape.element)
            open_tag, close_tag = start_tag(shape.element, name), f"</{name}>"
            return lambda items: "".join([open_tag + write(item) + close_tag for item in items])
        case "map":
            write_entry = _entry_writer(shape, compile_)
            return lambda entries: "".join(
                [f"<entry>{write_entry(key, value)}</entry>" for key, value in entries.items()]
            )
    if shape.type == "string":
        return xml_text.text
    if shape.type == "timestamp" and values.timestamp_format(shape, TIMESTAMPS) == TIMESTAMPS:
        return write_iso
    write_text, escape = values.writer(shape, TIMESTAMPS), xml_text.text
    return lambda value: escape(write_text(value))


def start_tag(shape: Shape, name: str) -> str:
    """The opening tag, with the shape's own namespace, if the model has one."""
    namespace: Mapping[str, str] | None = shape.traits.get("xmlNamespace")
    if not namespace:
        return f"<{name}>"
    prefix = f":{namespace['prefix']}" if "prefix" in namespace else ""
    return f'<{name} xmlns{prefix}="{xml_text.attribute(namespace["uri"])}">'


def _entry_writer(shape: Shape, compile_: Callable[[Shape], Write]) -> Callable[[Any, Any], str]:
    key_name, value_name = shape.key.wire_name("key"), shape.value.wire_name("value")
    write_key, write_value = compile_(shape.key), compile_(shape.value)

    def write(key: object, value: object) -> str:
        return f"<{key_name}>{write_key(key)}</{key_name}><{value_name}>{write_value(value)}</{value_name}>"

    return write


def _member_writer(shape: Shape, member: str, compile_: Callable[[Shape], Write]) -> tuple[str, Write, str]:
    """The opening tag of a member's element, what writes its content, and the closing tag.

    Where the value tells how many elements there are, or their attributes, it writes the tags as well.
    """
    name = element_name(shape, member)
    open_tag, close_tag = start_tag(shape, name), f"</{name}>"
    if shape.flattened and shape.type == "list":
        write_item = compile_(shape.element)
        return "", lambda items: "".join([open_tag + write_item(item) + close_tag for item in items]), ""
    if shape.flattened and shape.type == "map":
        return "", _flattened_map_writer(shape, open_tag, close_tag, compile_), ""
    if shape.type == "structure" and _attributes(shape):
        return "", _attributed_writer(shape, name, compile_), ""
    return open_tag, compile_(shape), close_tag


def _flattened_map_writer(
    shape: Shape, open_tag: str, close_tag: str, compile_: Callable[[Shape], Write]
) -> Write:
    write_entry = _entry_writer(shape, compile_)
    return lambda entries: "".join(
        [open_tag + write_entry(key, value) + close_tag for key, value in entries.items()]
    )


def _structure_writer(shape: Shape, compile_: Callable[[Shape], Write]) -> Write:
    writers_ = {
        name: _member_writer(member, name, compile_)
        for name, member in shape.members.items()
        if not member.location and not member.traits.get("xmlAttribute")
    }

    def write_structure(value: Mapping[str, Any]) -> str:
        written: list[str] = []
        for name, item in value.items():
            if item is not None:
                open_tag, write, close_tag = writers_[name]
                written += open_tag, write(item), close_tag
        return "".join(written)

    return write_structure


def _attributes(shape: Shape) -> dict[str, str]:
    """Members that are attributes -> attribute name."""
    return {
        name: member.wire_name(name)
        for name, member in shape.members.items()
        if member.traits.get("xmlAttribute")
    }


def _attributed_writer(shape: Shape, name: str, compile_: Callable[[Shape], Write]) -> Write:
    attributes, opening = _attributes(shape), start_tag(shape, name).removesuffix(">")
    write = compile_(shape)

    def write_element(value: Mapping[str, Any]) -> str:
        inside = {key: item for key, item in value.items() if key not in attributes}
        outside = "".join(
            [f' {attributes[key]}="{xml_text.attribute(value[key])}"' for key in attributes if key in value]
        )
        return f"{opening}{outside}>{write(inside)}</{name}>"

    return write_element
