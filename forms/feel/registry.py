"""All functions that FEEL knows of itself, by name."""

from forms.feel import library_collection, library_number, library_range, library_text, library_time
from forms.feel.builtin import Builtin

BUILTINS: dict[str, Builtin] = {
    builtin.name: builtin
    for library in (library_text, library_number, library_collection, library_time, library_range)
    for builtin in library.FUNCTIONS
}
