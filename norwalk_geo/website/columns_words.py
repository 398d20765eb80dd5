"""Words of the map and the search in English; a catalogue translates them by their key."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS = {
    "show": "Show on the map",
    "view": "Choose",
    "legend": "Legend",
    "legend_and_choices": "Legend and choices",
    "from_to": "From {0} to {1}",
    "at": "At {0}",
    "dead_end": "the dead end",
    "city_limit": "the city limit",
    "section": "Section {0}",
    "no_name": "Street without a name",
    "zoom_in": "Main streets are shown. Zoom in to see every street.",
    "loading": "Streets are being loaded.",
    "help": (
        "Arrow keys move the map, plus and minus zoom. Enter tells about the street at the cross "
        "in the middle. The table below has everything that the map shows."
    ),
    "selected": "Selected: {0}.",
    "nothing_here": "No street is here. Move the map so that the cross lies on a street.",
    "close": "Close",
    "closer": "Zoom in",
    "farther": "Zoom out",
    "tiles": "Background map from {0} (asks another computer)",
    "found_one": "{0}: {1} sections, marked on the map.",
    "found_single": "{0}: 1 section, marked on the map.",
    "found_crossing": "{0}: {1} sections meet here, marked on the map.",
    "found_none": "No street of that name. Check the spelling, or type fewer letters.",
    "near": "No street is written so. The nearest name is shown.",
    "no_numbers": "The data have no house numbers, so the whole street is shown.",
    "no_house": "No block of {1} with the number {0} is known. The whole street is shown.",
    "block": "{0} block of {1}",
    "found_house": "{0}: its block is marked on the map.",
    "no_crossing": "The data have no crossing of {0} and {1}.",
    "suggestions": "Streets found",
    "suggestion": "{0} ({1} sections)",
    "suggestion_single": "{0} (1 section)",
    "crossing": "{0} at {1}",
    "between": "{0} between {1} and {2}",
    "count": "{0} suggestions. Use the up and down arrow keys.",
    "table": "Everything that the map shows",
    "table_of": "{0}: rows {1} to {2} of {3}",
    "open_table": "Show the table",
    "only": "Only",
    "everything": "Everything",
    "street": "Street",
    "sites": "Places and stations",
    "stretch": "Stretch",
    "looks": "On the map",
    "says": "Condition and plan",
    "previous": "Previous rows",
    "next": "Next rows",
    "show_on_map": "Show {0} on the map",
}
