"""What every page is made of: one file that any browser opens offline, in one look, light and dark.

rendering   a template made into a page: its styles, its scripts, the library that draws charts, numbers for the scripts
pictures    images inside a page, as data
links       from a page to what lies beside it
templates/  page.html.j2, on which each page stands; page.css, page.js: what all of them share; live.html.j2: how a page
            follows a sweep that goes on
vendor/     uPlot, with its licence

A page asks for nothing: what it shows lies inside it, and its policy forbids everything else. Names may hold any
character, and none of them becomes code.

It imports base; jinja2 and Pillow only when a page is written. It never knows what a page is about: comparison, runs
and sweeps have templates of their own, and fill them.
"""
