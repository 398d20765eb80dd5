# %% [markdown]
# # 02 How is a PCI made?
#
# A surveyor walks 2,500 square feet of street and writes down what is broken. How does that sheet become one number, and
# may an engineer trust it? This notebook works one sheet by hand, beside the code, and shows where the standard itself
# does the unexpected.
#
# The sheet is the asphalt example printed in ASTM D6433. The pavements of the last part are invented.

# %% tags=["parameters"]
area_sf = 2500
printed_pci = 49  # of the sheet, in the standard

# %% [markdown]
# ## The sheet

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from IPython.display import HTML, Markdown

import norwalk_geo as ng

distress = pd.DataFrame(
    [
        (1, "L", 13, 7.9),
        (1, "H", 14, 23.4),
        (7, "L", 130, 7.5),
        (8, "M", 143, 25.1),
        (11, "H", 22, 17.9),
        (13, "L", 1, 11.2),
        (15, "L", 21, 6.9),
        (19, "L", 250, 5.3),
    ],
    columns=["distress_code", "severity", "quantity", "printed_deduct"],
).assign(section_id="example", sample_id="1")
samples = pd.DataFrame(
    [("example", "1", "AC", "random", area_sf, "2020-07-01")],
    columns=["section_id", "sample_id", "surface", "kind", "area", "survey_date"],
)
types = ng.schema.parameters("distress_types")
distress[["distress_code", "severity", "quantity"]].assign(what=distress["distress_code"].map(types["label"]))

# %% [markdown]
# ## Density and deduct value
#
# Density is the quantity in percent of the area. Each density is read on the chart of its distress and severity: how many
# points that defect takes from 100. The charts are printed; two people who read one differ by a point or two, and so do
# we from the sheet.

# %%
density = 100 * distress["quantity"] / area_sf
by_hand = ng.pci.deduct("AC", distress["distress_code"], distress["severity"], density)
sheets = ng.pci.check_sheets(samples, distress, units="us")
by_code = ng.pci.deducts(sheets)
assert np.allclose(by_hand, by_code["deduct"])
by_code[["distress_code", "severity", "density_pct", "deduct", "printed_deduct"]].round(2)

# %% [markdown]
# ## How many values count
#
# The worse the worst defect, the fewer others count: m = 1 + (9/98)(100 − highest), with its fraction.

# %%
values = np.sort(by_hand)[::-1]
m = min(1 + 9 / 98 * (100 - values[0]), 10)
whole = int(m)
kept = [*values[:whole], values[whole] * (m - whole)]
print(f"m = {m:.2f}: {whole} values, and {m - whole:.2f} of the next ({values[whole]:.1f}).")

# %% [markdown]
# ## Correction
#
# Defects overlap, so the sum is too much. It is corrected by how many values are above 2; then the smallest of those is
# set to 2, and again, until one is left. The highest corrected value is taken from 100.

# %%
steps = []
while True:
    q = sum(value > 2 for value in kept)
    steps.append((sum(kept), q, float(ng.pci.corrected("AC", sum(kept), q))))
    if q <= 1:
        break
    kept[q - 1] = 2.0
hand = pd.DataFrame(steps, columns=["total_deduct", "q", "cdv"])
code = ng.pci.working(sheets).reset_index()
assert np.allclose(hand["cdv"], code["cdv"])
code[["deducts", "total_deduct", "q", "cdv", "is_max"]].round(1)

# %%
rated = ng.pci.rate(sheets).iloc[0]
assert np.isclose(100 - hand["cdv"].max(), rated["pci"], atol=0.01)
print(f"By hand {100 - hand['cdv'].max():.1f}, by the code {rated['pci']:.1f}, printed {printed_pci}: {rated['rating']}.")

# %% [markdown]
# The printed deduct values alone, corrected by the same curves, show what is left of the difference: the reading of the
# deduct charts.

# %%
totals, numbers = [104.7, 101.9, 96.0, 90.5, 84.6, 75.4, 59.5, 38.1], range(8, 0, -1)
print(f"From the printed totals: {100 - ng.pci.corrected('AC', totals, list(numbers)).max():.1f}.")

# %% [markdown]
# ## Where the standard is not monotone
#
# More distress should never give a better index. It can. Take nine defects of 20 points each on an invented pavement, and
# let one of them grow: as the worst one grows, m falls, and less of the others counts.


# %%
def index_of(deducts):
    kept = np.sort(deducts)[::-1] * np.clip(min(1 + 9 / 98 * (100 - max(deducts)), 10) - np.arange(len(deducts)), 0, 1)
    q = int((kept > 2).sum())
    tries = [(np.where(np.arange(len(kept)) < left, kept, np.minimum(kept, 2)).sum(), left) for left in range(1, q + 1)]
    return 100 - max(ng.pci.corrected("AC", *one) for one in tries)


worst = np.linspace(20, 60, 81)
index = [index_of(np.array([one, *[20.0] * 8])) for one in worst]
rises = np.diff(index) > 1e-6
fig, ax = plt.subplots(figsize=(7, 2.8))
ax.plot(worst, index)
ax.set(xlabel="Largest of nine deduct values, the others 20", ylabel="PCI", title="Invented pavement: the index rises while the street gets worse")
ax.spines[["top", "right"]].set_visible(False)
HTML(
    f"<p>Invented data: from {worst[0]:.0f} to {worst[-1]:.0f} points the index goes from {index[0]:.1f} to at most"
    f" {max(index):.1f}, and rises in {rises.sum()} of {len(rises)} steps.</p>"
)

# %% [markdown]
# ## The answer

# %%
Markdown(
    f"**A PCI is 100 less one corrected sum of points, and an engineer can redo it: {rated['pci']:.1f} by hand and by the"
    f" code, {printed_pci} in the standard. It is good to about three points. Where more values were found than count"
    " (`not_monotone`), a worse street can even have the better index: there, look at the sheet and not at the number.**"
)
