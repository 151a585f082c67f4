/** Starts the console in the page that the server made for it (gateway/console/home.py). */

import { createRoot } from "react-dom/client";
import { Frame } from "./start/frame";
import { followColours } from "./start/colours";
import { allowNoMarkup } from "./start/markup";
import { seat } from "./session/seat";
import "./main.css";

allowNoMarkup();
followColours();
createRoot(seat.element).render(<Frame />);
